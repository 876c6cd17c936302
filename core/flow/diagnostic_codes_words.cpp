// F07: what the assistant says — messages, languages, tones, variants, experiments, cards.
#include "flow/diagnostic_codes.hpp"

namespace parley::flow {
namespace {

constexpr Explanation kRows[] = {
    {"F0701", R"(F0701: a message that no file has

{key: …} names words in messages/en.yaml and its siblings. Maps inside of maps make dotted keys.

Wrong:
    text: {key: order.confirmed}     # flows/order.yaml
    order: {confirm: Is that right?} # messages/en.yaml

Right:
    text: {key: order.confirm}
)"},
    {"F0702", R"(F0702: a message is not translated

A language that has a file in messages/ lacks this message. Its users read the text of the default
language in the middle of a conversation in their own.

Wrong:
    greet: Hello!     # messages/en.yaml; messages/de.yaml has other messages, but not this one

Right:
    greet: Hallo!     # messages/de.yaml
)"},
    {"F0703", R"(F0703: a message that nothing says

No flow names the key, so translators keep up words that nobody reads. Most often the key was
renamed in the flow only.

Wrong:
    greet: Hello!                # messages/en.yaml
    text: {key: greeting}        # flows/hello.yaml

Right:
    text: {key: greet}
)"},
    {"F0704", R"(F0704: the names in a message differ between languages

What stands in {{ }} is read from the conversation and is the same in every language. A translation
that lacks a name leaves the value out; one that has another name cannot be shown at all.

Wrong:
    total: "That makes {{ total }}."      # messages/en.yaml
    total: "Das macht {{ summe }}."       # messages/de.yaml

Right:
    total: "Das macht {{ total }}."
)"},
    {"F0705", R"(F0705: a message reads a name that it is not passed

A message does not know the slots of the flow that says it: it reads what `with` passes, and what is
always there, such as user, now and conversation.

Wrong:
    text: {key: order.confirm}    # "Your order: {{ items }}. Is that right?"

Right:
    text: {key: order.confirm, with: [items]}
    text: {key: order.confirm, with: {items: "{{ cart.items }}"}}
)"},
    {"F0706", R"(F0706: the name of a file in messages/ is not a language

The files are called after the language they hold: en.yaml, de.yaml, pt-BR.yaml.

Wrong:
    messages/german.yaml

Right:
    messages/de.yaml
)"},
    {"F0707", R"(F0707: two kinds of texts in one

A text is one of: plain words, a map by language, {key: …}, {variants: …}, {tone: …} or
{experiment: …}. Kinds are put inside of each other, never beside each other, so that nobody has to
guess which one wins.

Wrong:
    text: {de: Hallo, variants: [Hi, Hello]}

Right:
    text: {de: Hallo, en: {variants: [Hi, Hello]}}
)"},
    {"F0708", R"(F0708: a message does not use what it is passed

`with` passes a name that no language's text of the message reads. Most often it is misspelt on one
of the two sides.

Wrong:
    text: {key: total, with: {totl: "{{ sum }}"}}    # "That makes {{ total }}."

Right:
    text: {key: total, with: {total: "{{ sum }}"}}
)"},
    {"F0709", R"(F0709: there is no such tone

A tone is a number from 0 to 100 or one of the assistant's names for one. Without a setting these
are formal (0), neutral (50) and casual (100); `tones` in parley.yaml replaces them.

Wrong:
    text: {tone: {polite: Good afternoon., casual: Hey!}}

Right:
    text: {tone: {formal: Good afternoon., casual: Hey!}}
    tones: {polite: 0, casual: 100}     # or in parley.yaml
)"},
    {"F0710", R"(F0710: a list of variants with fewer than two

Variants are said one after the other, so that the assistant does not repeat itself. One variant is
the text itself.

Wrong:
    text: {variants: [Anything else?]}

Right:
    text: Anything else?
    text: {variants: [Anything else?, What else can I do?]}
)"},
    {"F0711", R"(F0711: an experiment that divides nothing

An experiment needs at least two variants with different names, and at least one with a weight above
0. Weights are shares: 1 and 1 are halves, 90 and 10 are nine tenths and one.

Wrong:
    experiment: {id: hello, variants: [{name: a, weight: 0, text: Hi}, {name: a, weight: 0, text: Hello}]}

Right:
    experiment: {id: hello, variants: [{name: short, weight: 1, text: Hi}, {name: long, weight: 1, text: Hello}]}
)"},
    {"F0712", R"(F0712: one experiment, written differently in two places

Several texts and steps may take part in one experiment: whoever has the variant "short" in one has
it in all. So its variants, their order, their weights and its unit must be the same everywhere.

Wrong:
    {id: hello, variants: [{name: short, weight: 50, …}, {name: long, weight: 50, …}]}
    {id: hello, variants: [{name: short, weight: 90, …}, {name: long, weight: 10, …}]}

Right:
    give the second an id of its own, or write the same weights
)"},
    {"F0713", R"(F0713: a card that pages cannot show

Images must be https addresses: the chat page loads nothing else. A message has at most 10 cards, a
card at most 20 facts and 10 actions.

Wrong:
    card: {title: Margherita, image: /img/margherita.png}

Right:
    card: {title: Margherita, image: "https://shop.example/img/margherita.png", alt: A pizza}
)"},
    {"F0714", R"(F0714: an image without words for it

People who cannot see the image, and channels that cannot show it, have only `alt`.

Wrong:
    card: {title: Margherita, image: "https://shop.example/m.png"}

Right:
    card: {title: Margherita, image: "https://shop.example/m.png", alt: "Pizza with tomatoes and basil"}
)"},
    {"F0717", R"(F0717: texts that Parley says by itself are not translated

Repair and the like come in English, German, French and Spanish. An assistant that speaks another language writes
them as messages under the key `parley`; `parley messages` prints them all.

Wrong:
    greet: Buongiorno!          # messages/it.yaml, and nothing else

Right:
    greet: Buongiorno!
    parley: {"yes": Sì, "no": "No", …}
)"},
    {"F0718", R"(F0718: a plural lacks a form that its language has

Languages have different plural forms: English one and other, Polish one, few and many, Arabic six.
Numbers whose form is missing take `other`, which reads wrong.

Wrong:
    "{count, plural, one {# plik} other {# pliku}}"               # messages/pl.yaml

Right:
    "{count, plural, one {# plik} few {# pliki} many {# plików} other {# pliku}}"
)"},
    {"F0901", R"(F0901: few phrases for a flow

What else users say is understood by its likeness to a flow's phrases. Fewer than five of them teach
little, so what is like them is asked about ("Did you mean …?") and never acted on.

Wrong:
    triggers:
      - phrases: [where is my parcel]

Right:
    triggers:
      - phrases:
          - where is my parcel
          - track my delivery
          - when will my order arrive
          - my package has not come yet
          - has my order shipped
)"},
    {"F0902", R"(F0902: phrases of two flows read alike

Each phrase was compared with what all the others teach, and several of one flow came out as another.
Users who say such things will be asked which of the two they meant, or be led to the wrong one.
`parley nlu phrases` lists them all.

Wrong:
    phrases: [change my order, alter my order]     # flows/change.yaml
    phrases: [cancel my order, stop my order]      # flows/cancel.yaml

Right:
    phrases: [change my order, add an item, I want a different size]
    phrases: [cancel my order, I do not want it any more, stop the delivery]
)"},
    {"F0921", R"(F0921: a range of tones that does not hold

tone_range in parley.yaml says what users may choose, from the lower end to the higher one. The tone of
conversations that choose none must be one of those.

Wrong:
    tone: casual
    tone_range: [formal, 70]

Right:
    tone: 60
    tone_range: [formal, 70]
)"},
    {"F0953", R"(F0953: a name that is written like a text

Labels of flows, slots and choices, and descriptions of flows, are names: users are told them, and what
users say is compared with them. They are written out, alone or by language; messages by key, tones,
turns and experiments are for texts.

Wrong:
    label: {key: booking.label}

Right:
    label: {en: your booking, de: Ihre Reservierung}
)"},
};

}  // namespace

std::span<const Explanation> word_explanations() {
  return kRows;
}

}  // namespace parley::flow
