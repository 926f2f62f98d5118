"""The project's own benchmarks: each measures ours and a ceiling in the same run, and says at what work."""
