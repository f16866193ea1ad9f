"""`vitrina-runtime doctor`: everything an answer depends on, looked at, and nothing changed."""
