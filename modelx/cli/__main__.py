"""``python -m modelx.cli``."""

from modelx.cli import main

main()
