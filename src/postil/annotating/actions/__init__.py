"""The actions of an annotator, by what they are about. An action is found by walking this package: a new one is one function."""
