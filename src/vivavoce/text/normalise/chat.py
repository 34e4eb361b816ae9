"""Words as they are typed in messages: "tmrw", "b4", "idk"."""

from __future__ import annotations

from vivavoce.text.normalise.rules import Rule, RuleGroup, any_of, letters
from vivavoce.text.patterns import Pattern
from vivavoce.text.word_sets import words

_WORDS = {
    "tmrw": "tomorrow", "tmr": "tomorrow", "tmrrw": "tomorrow", "2moro": "tomorrow", "2morrow": "tomorrow",
    "2nite": "tonight", "2night": "tonight", "2day": "today", "b4": "before", "gr8": "great", "l8r": "later", "l8": "late",
    "m8": "mate", "w8": "wait", "4ever": "forever", "sum1": "someone", "ne1": "anyone", "any1": "anyone",
    "every1": "everyone", "some1": "someone", "no1": "no one", "plz": "please", "msg": "message", "msgs": "messages",
    "bday": "birthday", "sry": "sorry", "abt": "about", "btwn": "between", "wknd": "weekend", "ur": "your", "thnx": "thanks",
    "tnx": "thanks", "txt": "text", "prolly": "probably", "tonite": "tonight", "yrself": "yourself", "nxt": "next", "wrk": "work",
    "omw": "on my way", "im": "I'm", "dont": "don't", "youre": "you're", "theyre": "they're", "thats": "that's", "whats": "what's",
    "didnt": "didn't", "doesnt": "doesn't", "isnt": "isn't", "wasnt": "wasn't", "couldnt": "couldn't", "wouldnt": "wouldn't",
    "shouldnt": "shouldn't", "havent": "haven't", "hasnt": "hasn't", "arent": "aren't", "werent": "weren't", "ive": "I've",
    "cant": "can't", "wont": "won't", "hadnt": "hadn't", "weve": "we've", "theyve": "they've", "youve": "you've",
    "Im": "I'm", "Dont": "Don't", "Thats": "That's", "Whats": "What's", "Ive": "I've", "Youre": "You're", "Cant": "Can't",
    "Plz": "Please", "Msg": "Message", "Sry": "Sorry", "Thnx": "Thanks", "Ur": "Your",
}  # fmt: skip
_SPELLED = words(
    "ty np wyd wbu hbu brb tbh fwiw iirc tysm ikr ngl tfw wfh idc ofc pov ootd nvm smh jk ttys hmu lmk omfg btw gtg idk imo imho irl afk afaik ttyl ily asl bff api apis url urls uri uris utf ui ux aws iot sdk ide usa uk eu uae ceo cfo",
    "cto ngo ngos dna rna hiv adhd ocd iud ivf faq faqs eta fyi diy tba tbd rsvp tmi nba nfl nhl mlb ufc atm atms suv suvs",
    "gpu gpus cpu cpus usb aka rofl lmao omg icymi nsfw eod eom aoc ipo kpi kpis roi okr gdp gdpr ai ml llm llms os io ip",
    "ok iso vip vips id ids ios",
)
"""Abbreviations in small letters that would be taken for words."""
_NOT_AFTER = r"(?<![\w.@/\\#$%&'’_=-])"
_NOT_BEFORE = r"(?![\w@/\\#_=(:-]|['’](?!s\b)|\.\w)"


RULES: list[Rule] = [
    (Pattern(rf"{_NOT_AFTER}({any_of(_WORDS)}){_NOT_BEFORE}"), lambda m: _WORDS[m[1]]),
    (Pattern(rf"{_NOT_AFTER}({any_of(_SPELLED - {'ok'})}){_NOT_BEFORE}"), lambda m: letters(m[1]).removesuffix(" S") + "s" if m[1] in _PLURALS else letters(m[1])),
    (Pattern(r"(?<=[a-z] )bc(?= (?:i|he|she|it|we|they|you|the|my|of|his|her|there|this|that)\b)"), lambda m: "because"),
    (Pattern(r"(?<=[\w.,)]) @ (?=\w)"), lambda m: " at "),
    (Pattern(r"(?<=\w) ?@ ?(?=\d|the\b|my\b|home\b|work\b|\$|noon\b|school\b)"), lambda m: " at "),
]  # fmt: skip
_PLURALS = frozenset(word for word in _SPELLED if word.endswith("s") and word[:-1] in _SPELLED)
GROUP = RuleGroup("chat", RULES)
