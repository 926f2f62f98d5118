"""The history of the tables: 0001 from the models, the rules that models cannot say, then what changed since."""
