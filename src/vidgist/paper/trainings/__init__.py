"""Trained rows of tables: folds, trainings, their models, and the tables that they make."""
