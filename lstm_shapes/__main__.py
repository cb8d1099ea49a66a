"""`python -m lstm_shapes`."""

from lstm_shapes.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
