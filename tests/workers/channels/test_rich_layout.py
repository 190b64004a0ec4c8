"""Cards stand as their writer chose, in the words of each carrier."""

from __future__ import annotations

import pytest

from tenants.message_templates.rich import Card, Height, Medium, Orientation, Rcs
from workers.channels import Outgoing, Settings
from workers.channels.maap import cards
from workers.channels.rcs_google.content import content

PHOTO = Medium(7, "a.jpg", "image/jpeg", b"photo", "https://files.example/7")


@pytest.mark.parametrize("orientation", list(Orientation))
@pytest.mark.parametrize("height", list(Height))
def test_orientation_and_height_reach_the_carrier(orientation: Orientation, height: Height) -> None:
    rich = Rcs(cards=(Card("title", "text", 7),), orientation=orientation, height=height)
    message = Outgoing("ref", "+8613800138000", "text", rich=rich, media=(PHOTO,))
    settings = Settings((), {})
    google = content(settings, message)["richCard"]["standaloneCard"]
    assert google["cardOrientation"] == orientation.upper()
    assert google["cardContent"]["media"]["height"] == height.upper()
    assert ("thumbnailImageAlignment" in google) is (orientation is Orientation.HORIZONTAL)
    maap = cards.contents(settings, message)[0][1]["message"]["generalPurposeCard"]
    assert maap["layout"]["cardOrientation"] == orientation.upper()
    assert maap["content"]["media"]["height"] == f"{height.upper()}_HEIGHT"
