"""What is true: models, states, rules, queries, refusals. No HTTP, no clock, no files, no delivery tools."""
