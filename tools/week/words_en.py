"""
Who writes to the company in English, and what.
"""

from __future__ import annotations


NAMES = """
Vera Long; Daniel Okafor; Priya Nair; Tom Bradshaw; Lucía Fernández; Grace Kim
Anders Lindqvist; Monique Dubois; Samuel Ortiz; Hannah Fischer; Owen McCarthy
Chloe Bennett; Rashid Karim; Emily Stone; Jorge Peña; Nora Väisänen; Will Carver
Maya Goldberg; Peter Novák; Ruth Abernathy; Leo Marchetti; Sofia Almeida
Ian Whitfield; Dana Kowalski; Zoë Hartmann; Marcus Reid; Yuki Tanaka; Aisha Bello
Frank Delgado; Julia Weiss; Conor Walsh; Beatriz Rocha; Henry Tran; Alice Moreau
Victor Chen; Naomi Brooks; Gabriel Santos; Ivy Lawson; Oscar Nilsen; Clara Voss
Dmitri Sokolov; Lena Park; Arthur Boyle; Fatima Haddad; Simon Grant; Elise Perrin
Kwame Mensah; Rosa Vidal; Theo Lambert; Megan Price; Idris Shaw; Paula Jensen
Bruno Costa; Wendy Cho; Luke Sandoval; Astrid Holm; Edwin Clarke; Tara Singh
Felix Braun; Joan Whitaker; Nikhil Rao; Carmen Ruiz; Stuart Mills; Olga Baranova
Hugo Lindgren; Amara Diallo; Philip Quinn; Greta Olsen; Ramon Silva; Kate Dunne
Ben Archer; Mina Farouk; Colin Frost; Teresa Gallo; Adrian Wolf; Judy Lam
""".replace("\n", ";")

COMPANIES = (
    "Northwind Studio",
    "Harbor & Pine",
    "Bright Dental",
    "Quill Legal",
    "Maple Street School",
    "Copper Kettle Cafe",
    "Lakeside Clinic",
    "Redwood Analytics",
    "Tidewater Logistics",
    "Juniper Hotel",
    "Atlas Print",
    "Foxglove Books",
)

PRODUCTS = (
    ("DSK-140", "Oak desk 140", 42900),
    ("DSK-180", "Oak desk 180", 51900),
    ("LFT-120", "Standing desk 120", 63900),
    ("CHR-07", "Task chair Linden", 28900),
    ("CHR-11", "Guest chair Alder", 14500),
    ("SHL-3", "Shelf, three boards", 19900),
    ("CAB-2", "Filing cabinet", 23900),
    ("LMP-5", "Desk lamp Heron", 7900),
)

CITIES = ("Brooklyn", "Hoboken", "Yonkers", "Newark", "Queens", "Stamford", "Albany")

ASK = (
    (
        "Hello,\n\nhow much would {n} pieces of {what} be with delivery to {city}? "
        "We would need them within three weeks.\n"
    ),
    "Hi there! Is {what} in stock? I would like to see it before I buy.\n",
    (
        "Good morning,\n\nwe are moving to a new office in {city} and need furniture "
        "for {n} people: desks, chairs, a few cabinets. Could you send an offer?\n"
    ),
    "Hi, do you deliver to {city} on Saturdays, and what does assembly cost?\n",
    (
        "Hello! Your site says {what} comes in two colours. Can I get a sample of "
        "each? There are {n} rooms to furnish.\n"
    ),
    (
        "Dear team,\n\nplease quote {n} x {what}, net 30, delivered to {city}.\n"
        "A purchase order would follow this week.\n"
    ),
    (
        "I bought {what} from you two years ago and love it. Do you still make the "
        "matching shelf?\n"
    ),
    "Could somebody call me about {what}? Mornings are best.\n",
    (
        "Hello,\n\nwe need a custom project: a reception counter and {n} built-in "
        "desks for our place in {city}. Do you do drawings?\n"
    ),
    "What is the longest desk that you build? We have a wall of 4.20 m.\n",
    "Hi! Do you have a discount for schools? We want {n} x {what}.\n",
    "Can I pay for {what} in two parts?\n",
    (
        "Is the top of {desk} solid wood or veneer? And how heavy is it? It goes up "
        "to the fourth floor, no lift.\n"
    ),
    (
        "We are a small team in {city}, {n} people. Chairs first, desks later. What "
        "would you recommend?\n"
    ),
)

SUBJECTS = (
    "Question about {what}",
    "Request for a quote",
    "Office furniture, {n} places",
    "Delivery to {city}?",
    "{what}: price and stock",
    "New office in {city}",
    "Need an offer by Friday",
    "Order",
)

FORM_TEXTS = (
    "Please call me back about {what}.",
    "How much is delivery to {city}?",
    "Need {n} x {what}, when could you deliver?",
    "Is it in stock?",
    "Looking for desks for {n} people.",
    "I'd like to visit the showroom on Saturday",
    "",
    "custom project: built-in desks, {n} places",
)

CHAT = (
    "hi, is {what} in stock?",
    "how much is {what}?",
    "do you deliver to {city}?",
    "can i pick it up today?",
    "need {n} chairs by friday, possible? 🙏",
    "Hello! Which desk would you take for two monitors?",
    "do you do custom sizes?",
    "what are your opening hours",
    "is the showroom open on saturday",
    "can you send me the catalogue",
)

CHAT_MORE = (
    "ok thanks!",
    "and what about assembly?",
    "great, I'll take it",
    "could you hold one for me?",
    "any news?",
    "the address is in {city}, third floor",
    "hello?",
)

FOLLOW = (
    "Thanks for the quick answer. {n} pieces it is, please send the invoice.\n",
    "One more question: is assembly included?\n",
    "Could we have it a week earlier?\n",
    "My colleague in {city} would take {n} more on the same terms.\n",
    "Sorry for the delay, I was travelling. Yes, please go ahead.\n",
    "Here is the floor plan that I promised.\n",
)

SIGNATURES = (
    "\nBest regards,\n{name}\n",
    "\n-- \n{name}\nTel: {phone}\n",
    "\nThanks,\n{given}\n",
    "\n-- \n{name}\n{company}\nTel: {phone}\n",
    "\nKind regards\n{name}, {company}\n",
    "\n{given}\n\nSent from my phone\n",
    "",
)

SPAM = (
    (
        "Grow your traffic 300%",
        (
            "Dear owner,\n\nour SEO promotion brings you to page one in 14 days. "
            "Guaranteed backlinks, reply for a price list.\n"
        ),
    ),
    (
        "Your website has errors",
        (
            "Hi,\n\nI audited your website and found 27 errors. I offer SEO promotion "
            "and web design at a low cost.\n"
        ),
    ),
    (
        "Crypto partnership",
        "Hello sir, double your reserves with our crypto arbitrage bot.\n",
    ),
)

NOT_OURS = (
    (
        "Vacancy",
        "Hello,\n\nmy CV is attached. I am looking for a vacancy as a driver.\n",
    ),
    (
        "Repair of sofas?",
        (
            "Do you reupholster sofas? I know that it is not furniture of yours, but "
            "perhaps you do it anyway.\n"
        ),
    ),
)

OFFICE = (
    ("Lease of the hall", "The landlord will read the meters on Thursday at 10.\n"),
    ("Invoice 4471", "Please find the invoice for September attached.\n"),
    ("Cleaning on Wednesday", "Our team comes on Wednesday after 6 pm.\n"),
    ("Insurance renewal", "Your policy ends next month. Shall we renew it?\n"),
    ("Coffee delivery", "We deliver 6 kg on Tuesday morning.\n"),
    ("Parking permits", "Two permits are ready at the front office.\n"),
    ("Fire inspection", "The inspection is on the 24th, between 9 and 12.\n"),
    ("Tax certificate", "Please confirm the address on the certificate.\n"),
    ("Holiday calendar", "Attached is the calendar of the building.\n"),
    ("Window cleaning", "Shall we come in October again?\n"),
)

AWAY = (
    ("Automatic reply: {subject}", "I am out of the office until September 28.\n"),
    (
        "Out of office",
        "Thanks for your message. I am away and will answer next week.\n",
    ),
)

LIST = (
    ("[furniture-trade] Digest 38", "1. Timber prices in August\n2. Fair in Milan\n"),
    ("[chamber] Breakfast on Thursday", "Dear members, join us for breakfast.\n"),
)

REPLY_INTRO = "On {date}, {ours} wrote:"
RE = "Re: {subject}"
FWD = "Fwd: {subject}"
FORWARD_NOTE = "This came to me, it is yours I think.\n"
FORWARD_HEAD = "---------- Forwarded message ---------"
FORWARD_FIELDS = ("From", "Date", "Subject", "To")
