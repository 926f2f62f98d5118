"""Given by the owner at a release: `python -m tests.released`, then the two new files are committed."""

import sys

from api.errors import Stopped
from tests.released import release

if __name__ == "__main__":
    try:
        print(release())
    except Stopped as stopped:
        sys.exit(str(stopped))
