"""Stop words by language: left out of topic models, kept for embeddings.

English has a list of our own, of function words only (articles, pronouns, prepositions,
conjunctions, auxiliaries, common adverbs of degree and place, and their contractions): longer
lists also drop words such as *computer* or *general*, which are what a topic is about. So has
Greek. The other languages come from the ``stop-words`` package (whose Greek is ancient).
"""

from __future__ import annotations

from pathlib import Path

from latentcli.corpus.tokenizers import TokenizerSettings, make_tokenizer
from latentcli.errors import InputError, RequestError

_ENGLISH = """
a an the this that these those such
i me my mine myself we us our ours ourselves you your yours yourself yourselves he him his himself
she her hers herself it its itself they them their theirs themselves one ones oneself
who whom whose which what when where why how whoever whatever whichever whenever wherever
someone somebody something anyone anybody anything everyone everybody everything nobody nothing
none each either neither both all any some few fewer many much more most several other others
another same own every enough less least
be am is are was were been being have has had having do does did doing done
can could may might must shall should will would ought cannot
and or but nor so yet if then else than because as since while whereas although though unless
until till whether lest once
of at by for with about against between into through during before after above below to from up
down in out on off over under upon within without along across behind beyond among amongst around
toward towards onto beside besides despite except near past per via throughout underneath
not no never only very too also just even still already again ever always often sometimes perhaps
maybe quite rather really almost nearly hardly simply merely well however therefore thus hence
otherwise instead indeed furthermore moreover meanwhile anyway
here there now today everywhere anywhere somewhere nowhere away back forth
get gets got getting gotten go goes going went gone come comes came coming let lets
say says said saying like
i'm i've i'd i'll you're you've you'd you'll he's he'd he'll she's she'd she'll it's it'd it'll
we're we've we'd we'll they're they've they'd they'll that's that'd that'll there's there'd
there'll here's who's who'd who'll what's what're where's when's why's how's let's
isn't aren't wasn't weren't haven't hasn't hadn't don't doesn't didn't can't couldn't mayn't
mightn't mustn't shan't shouldn't won't wouldn't needn't ain't
dont doesnt didnt isnt arent wasnt werent havent hasnt hadnt cant couldnt shouldnt wont wouldnt
im ive youre theyre thats
b c d e f g h j k l m n o p q r s t u v w x y z
"""

_GREEK = """
ο η το οι τα του της των τον την τη τις τους ένας ένα έναν ενός μια μία μιας μιαν
εγώ εσύ εμείς εσείς εμένα εσένα εμάς εσάς με σε μου σου μας σας μού σού αυτός αυτή αυτό αυτοί αυτές
αυτά αυτού αυτής αυτών αυτόν αυτήν αυτούς εκείνος εκείνη εκείνο εκείνοι εκείνες εκείνα εκείνου
εκείνης εκείνων εκείνον εκείνην εκείνους τούτος τούτη τούτο τέτοιος τέτοια τέτοιο τόσος τόση τόσο
ποιος ποια ποιο ποιοι ποιες ποιον ποιου ποιων οποίος οποία οποίο οποίοι οποίες οποίου οποίας οποίων
οποίον οποίαν οποίους όποιος όποια όποιο όποιοι ότι όσος όση όσο όσοι όσες όσα όσων κάποιος κάποια
κάποιο κάποιοι κάποιες κάποιου κάποιας κάποιον κάποιους κάτι κανείς κανένας καμία καμιά κανένα
καθένας καθεμιά καθένα κάθε τίποτα τίποτε τι κάμποσο μερικοί μερικές μερικά λίγο λίγα λίγοι λίγες
πολύ πολλοί πολλές πολλά άλλος άλλη άλλο άλλοι άλλες άλλα άλλου άλλης άλλων άλλον άλλην άλλους
όλος όλη όλο όλοι όλες όλα όλων όλους όλου όλης ίδιος ίδια ίδιο ίδιοι ίδιες
από για προς κατά μετά μέχρι ως έως παρά αντί χωρίς δίχως πριν εναντίον εξαιτίας λόγω μέσω μεταξύ
περί υπό υπέρ στο στη στην στον στα στις στους στου στης απ γι μ σ τ κι κ θ ν
και ή είτε ούτε μήτε ουδέ αλλά όμως ωστόσο ενώ αν εάν άμα όταν αφού επειδή διότι γιατί καθώς ώστε
μολονότι παρόλο παρότι λοιπόν άρα δηλαδή μόλις ότι πως που όπου όπως σαν να θα ας δε δεν μη μην όχι
ναι μόνο μόνον ακόμα ακόμη ήδη πάλι ξανά πάντα πάντοτε ποτέ συχνά ίσως σχεδόν πιο πλέον μάλλον πάρα
τότε τώρα εδώ εκεί πού πώς πότε πόσο πόσα πόσοι έτσι επίσης επομένως έπειτα ύστερα κάπου παντού
πουθενά μέσα έξω πάνω επάνω κάτω μπροστά πίσω δίπλα γύρω κοντά μακριά απέναντι
είμαι είσαι είναι είμαστε είστε είσαστε ήμουν ήσουν ήταν ήμαστε ήσαστε έχω έχεις έχει έχουμε έχετε
έχουν είχα είχες είχε είχαμε είχατε είχαν πρέπει μπορώ μπορείς μπορεί μπορούμε μπορείτε μπορούν
μπορούσε μπορούσαν
"""

_OWN = {"en": _ENGLISH, "el": _GREEK}
_CODES = {
    "ar": "arabic", "bg": "bulgarian", "ca": "catalan", "cs": "czech", "da": "danish",
    "de": "german", "es": "spanish", "fa": "persian", "fi": "finnish",
    "fr": "french", "gu": "gujarati", "he": "hebrew", "hi": "hindi", "hu": "hungarian",
    "id": "indonesian", "it": "italian", "ja": "japanese", "ko": "korean", "ms": "malaysian",
    "nb": "norwegian", "nl": "dutch", "no": "norwegian", "pl": "polish", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sk": "slovak", "sv": "swedish", "tr": "turkish",
    "uk": "ukrainian", "vi": "vietnamese", "zh": "chinese",
}  # fmt: skip


def languages() -> list[str]:
    """Return the language codes that there are stop words for."""
    return sorted([*_OWN, *_CODES])


def stop_words(choice: str, tokenizer: TokenizerSettings) -> frozenset[str]:
    """Return the stop words for a language code, ``none``, or a file with words in it.

    Several with commas between (``en,own.txt``) are taken together. The words pass through the
    corpus's own tokenizer, so that they meet its words. Raises RequestError for what is neither a
    language nor a file.
    """
    choices = [choice] if Path(choice).exists() else choice.split(",")
    tokenize = make_tokenizer(tokenizer).tokenize
    return frozenset(
        word for each in choices for entry in _entries(each) for word in tokenize(entry)
    )


def _entries(choice: str) -> list[str]:
    if choice == "none":
        return []
    if choice in _OWN:
        return _OWN[choice].split()
    if choice in _CODES:
        import stop_words as package

        # A phrase is left out, since not each of its words is a stop word.
        entries = package.get_stop_words(_CODES[choice])
        return [entry for entry in entries if len(entry.split()) == 1]
    path = Path(choice)
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except FileNotFoundError:
        raise RequestError(
            f"--stopwords {choice}: neither a language nor a file",
            f"languages are {' '.join(languages())}; or none, or a file with a word a line",
        ) from None
    except (OSError, ValueError) as error:
        raise InputError(f"--stopwords {choice}: cannot be read ({error})") from None
    return [word for line in lines if not line.startswith("#") for word in line.split()]
