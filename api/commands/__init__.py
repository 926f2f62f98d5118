"""One file for each command: `arguments` says what it takes, `run` does it and answers the exit code."""
