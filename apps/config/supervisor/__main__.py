"""`python -m apps.config.supervisor run`: everything of one machine in one command."""

import argparse
import os
import sys

from apps.config import environment

from .supervisor import Parts, supervise


def main() -> int:
    parser = argparse.ArgumentParser(prog="fieldwork", description=__doc__)
    commands = parser.add_subparsers(required=True)
    run = commands.add_parser("run", help="start everything, stop it on Ctrl-C")
    run.add_argument("--no-web", action="store_true", help="only what a run needs")
    run.add_argument("--no-demo", action="store_true", help="as DEMO=0")
    run.add_argument("--what", default="make run", help="how this start is called when another one asks")
    run.add_argument(
        "--ready", type=int, metavar="FD", help="a descriptor that gets a byte once everything runs"
    )
    options = parser.parse_args()

    def told() -> None:
        if options.ready is not None:
            os.write(options.ready, b"\n")
            os.close(options.ready)

    parts = Parts(
        web=not options.no_web,
        beat=not options.no_web,
        demo=environment.flag("DEMO") and not options.no_demo,
        what=options.what,
        told=told,
    )
    return supervise(environment.home(), parts)


if __name__ == "__main__":
    sys.exit(main())
