# mypy: ignore-errors
"""Run by `calendars` where the `caldav` library is: prints the sync-token, then each object that is new since TOKEN."""

import os

import caldav

client = caldav.DAVClient(url=os.environ["ADDRESS"], username="anybody", password=os.environ["SECRET"])
[calendar] = client.principal().calendars()
news = calendar.objects_by_sync_token(sync_token=os.environ["TOKEN"] or None, load_objects=True)
print(news.sync_token)
for one in news:
    print(one.url.path, one.icalendar_component["SUMMARY"] if one.data else "gone")
if not os.environ["TOKEN"]:
    assert len(calendar.events()) == len(news)
    assert calendar.get_display_name().startswith("連携")
