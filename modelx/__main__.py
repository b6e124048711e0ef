"""``python -m modelx``."""

from modelx.cli import main

main()
