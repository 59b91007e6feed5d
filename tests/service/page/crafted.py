"""Articles for the page's tests: contradictory, right-to-left, with emoji, or with markup injected."""

from __future__ import annotations

BREAK_IN = "<img src=x onerror=\"document.title='broken into'\"><script>document.title='broken into'</script>"

EMOJI_QUOTE = "The lighthouse keeper Maren Holt counted 412 puffins on the island of Skarv in April."

ARTICLES: list[dict[str, object]] = [
    {
        "id": "bridge-gazette",
        "title": "Harbour bridge opens after six years of work",
        "outlet": "The Northern Gazette",
        "url": "https://gazette.example/bridge",
        "published": "2021-03-02",
        "text": "The harbour bridge in Ostrand opened to traffic on Monday after six years of work.\n\n"
        "The bridge cost 120 million euros, the city treasurer Paula Brandt said.\n\n"
        "Mayor Henrik Aas cut the ribbon before a crowd of several thousand people. "
        "He called the bridge a promise kept to the people of the eastern quarter.\n\n"
        "The old ferry will be kept in service until the end of the summer, the harbour office said.\n\n"
        "Cyclists have a lane of their own on the southern side, which is closed in strong wind.",
    },
    {
        "id": "bridge-courier",
        "title": "Ostrand's new bridge: what it cost, and who paid",
        "outlet": "Courier & Post",
        "url": "https://courier.example/ostrand-bridge",
        "published": "2021-03-03",
        "text": "The harbour bridge in Ostrand was opened on Monday by Mayor Henrik Aas.\n\n"
        "The bridge cost 150 million euros, according to the auditor of the city.\n\n"
        "The auditor said that the treasurer had left out the approach roads.",
    },
    {
        "id": "puffins",
        "title": "🐧 A good spring for the puffins of Skarv",
        "outlet": "Sea & Shore",
        "published": "2021-05-05",
        "text": "🐧🐧🐧 Birdwatchers 👩‍👩‍👧 came from far away this year 🌊.\n\n"
        f"𝒢ood news: spring came early. {EMOJI_QUOTE} In the year before she had counted 388 of them.\n\n"
        "The island of Skarv is closed to visitors until August, so that the puffins can breed.",
    },
    {
        "id": "cedar",
        "title": "افتتاح مكتبة الأرز في المدينة القديمة",
        "outlet": "صحيفة المرفأ",
        "published": "2021-04-10",
        "text": "افتتحت المدينة مكتبة الأرز يوم السبت بعد ترميم استمر أربع سنوات.\n\n"
        "قالت مديرة المكتبة ليلى حداد إن المكتبة تضم 52000 كتاب باللغة العربية.\n\n"
        "ودعت حداد السكان إلى زيارة قاعة القراءة الجديدة.",
    },
    {
        "id": "<script>document.title='broken into'</script>",
        "title": f"Night market {BREAK_IN}",
        "outlet": f"Evil Times {BREAK_IN}",
        "url": "https://evil.example/?'onmouseover='document.title=1",
        "published": "2021-06-01",
        "text": f"The night market of Velm drew 9,300 visitors in June, the organisers said. {BREAK_IN}\n\n"
        f"{BREAK_IN} Stalls sold noodles, lamps and secondhand books until midnight.",
    },
]
