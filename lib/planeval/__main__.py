"""`python -m planeval`."""

from planeval.cli import main

if __name__ == "__main__":
    main()
