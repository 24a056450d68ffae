"""The checks, one line each. A new check is a class, a line here, and ``fixtures/rules/<CODE>/``."""

from __future__ import annotations

from functools import cache

from mtcheck.checks.base import Check, RunCheck
from mtcheck.core import Rule
from mtcheck.resources import load

CHECKS = (
    "mtcheck.checks.disclosure:TranslationNotice",
    "mtcheck.checks.markup:TranslationMarkup",
    "mtcheck.checks.markup:TranslationWidget",
    "mtcheck.checks.residue:UntranslatedResidue",
    "mtcheck.checks.names:NameSpelledTwoWays",
    "mtcheck.checks.names:TitleChanges",
    "mtcheck.checks.names:AdjectiveRenderedTwoWays",
    "mtcheck.checks.names:TitleWithoutCountry",
    "mtcheck.checks.names:NameNotAsAgreed",
    "mtcheck.checks.names:CountryOfItsInstitution",
    "mtcheck.checks.terms:RequiredTermMissing",
    "mtcheck.checks.terms:TermNotAsAgreed",
    "mtcheck.checks.round_trip:RoundTripLoss",
    "mtcheck.checks.round_trip:UnitBackTranslationLoss",
    "mtcheck.checks.fluency:LowFluency",
    "mtcheck.checks.adequacy:SourceCopied",
    "mtcheck.checks.adequacy:RepetitionLoop",
    "mtcheck.checks.adequacy:TargetLanguageWrong",
    "mtcheck.checks.adequacy:UnrelatedToSource",
    "mtcheck.checks.adequacy:TranslationCutOff",
    "mtcheck.checks.adequacy:NumberNotKept",
    "mtcheck.checks.adequacy:NameNotKept",
    "mtcheck.checks.adequacy:NegationNotKept",
    "mtcheck.checks.adequacy:LowAdequacy",
    "mtcheck.checks.adequacy:MeaningNotKept",
    "mtcheck.checks.style:MachineTranslationStyle",
    "mtcheck.checks.suppression:SuppressionWithoutReason",
    "mtcheck.checks.units.files:FileBroken",
    "mtcheck.checks.units.files:KeyMissing",
    "mtcheck.checks.units.files:KeyObsolete",
    "mtcheck.checks.units.plurals:PluralFormMissing",
    "mtcheck.checks.units.plurals:IcuPluralForms",
    "mtcheck.checks.units.placeholders:PlaceholderChanged",
    "mtcheck.checks.units.placeholders:PlaceholderOrder",
    "mtcheck.checks.units.placeholders:PlaceholderBroken",
    "mtcheck.checks.units.placeholders:OptionChanged",
    "mtcheck.checks.units.placeholders:CodeChanged",
    "mtcheck.checks.units.icu:IcuSyntax",
    "mtcheck.checks.units.icu:IcuArguments",
    "mtcheck.checks.units.markup:TagChanged",
    "mtcheck.checks.units.markup:AttributeChanged",
    "mtcheck.checks.units.escapes:EdgeLineBreak",
    "mtcheck.checks.units.escapes:LineBreakCount",
    "mtcheck.checks.units.escapes:EscapeChanged",
    "mtcheck.checks.units.spaces:EdgeSpace",
    "mtcheck.checks.units.spaces:DoubledSpace",
    "mtcheck.checks.units.spaces:SpaceBeforeSign",
    "mtcheck.checks.units.spaces:FrenchSpacing",
    "mtcheck.checks.units.punctuation:EndPunctuation",
    "mtcheck.checks.units.punctuation:DoubledSign",
    "mtcheck.checks.units.punctuation:SpanishOpening",
    "mtcheck.checks.units.punctuation:InitialCase",
    "mtcheck.checks.units.numbers:NumberChanged",
    "mtcheck.checks.units.addresses:AddressChanged",
    "mtcheck.checks.units.addresses:MailChanged",
    "mtcheck.checks.units.accelerators:AcceleratorChanged",
    "mtcheck.checks.units.length:TooLong",
    "mtcheck.checks.units.length:LengthUnlikely",
    "mtcheck.checks.units.length:BreaksOff",
    "mtcheck.checks.units.brackets:BracketUnbalanced",
    "mtcheck.checks.units.brackets:QuoteUnbalanced",
    "mtcheck.checks.units.brackets:QuoteStyle",
    "mtcheck.checks.units.repeats:RepeatedWord",
    "mtcheck.checks.units.repeats:Loop",
    "mtcheck.checks.units.untranslated:CopiedSource",
    "mtcheck.checks.units.untranslated:SourceWordsLeft",
    "mtcheck.checks.units.script:MixedScripts",
    "mtcheck.checks.units.script:WrongScript",
    "mtcheck.checks.units.script:WrongLanguage",
    "mtcheck.checks.units.invisible:InvisibleCharacter",
    "mtcheck.checks.units.consistency:TranslatedTwoWays",
    "mtcheck.checks.units.consistency:SourcesAlike",
    "mtcheck.checks.units.traces:UnitNotice",
    "mtcheck.checks.units.traces:Fuzzy",
    "mtcheck.checks.units.traces:ToolMarker",
    "mtcheck.checks.units.terms:UnitTermMissing",
    "mtcheck.checks.units.terms:UnitTermForbidden",
    "mtcheck.checks.units.terms:UnitNameForbidden",
)


@cache
def classes() -> tuple[type[Check], ...]:
    """The check classes, in table order."""
    return tuple(load(target) for target in CHECKS)


def rules() -> tuple[Rule, ...]:
    """Every rule as data, in table order."""
    return tuple(check.rule() for check in classes())


__all__ = ["CHECKS", "Check", "RunCheck", "classes", "rules"]
