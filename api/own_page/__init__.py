"""自分のページ: `showing` is the two doors and the page, `dates` and `known` what stands on it."""

from api.own_page.showing import routes

__all__ = ["routes"]
