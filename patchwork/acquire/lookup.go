package acquire

import (
	"fmt"
	"strconv"
	"strings"
)

var (
	whole   = []Strategy{auto{}, random, entropy, margin, unsure{}, leastConfident, inOrder, badge{}, bald, powerBald{}, dropQuery{}, bait{}, diversity{}, kCenter{}, typiClust{}, centroid{}, probCover{}, maxHerding{}, uHerding{}, variance{}, rare{}}
	ofClass = []func(class string) Strategy{
		entropyOf,
		highestOf,
		highOf,
		lowestOf,
		lowOf,
		func(class string) Strategy { return nearOf(0.8, class) },
		func(class string) Strategy { return badgeOf{class} },
		func(class string) Strategy { return seekOf{class} },
	}
)

// All lists the strategies in the order of a menu. The name of a strategy that ranks by one class ends in ": " and takes
// the class behind it; Names fills the classes in.
func All() []Card {
	var cards []Card
	for _, s := range whole {
		cards = append(cards, s.Card())
	}
	for _, of := range ofClass {
		cards = append(cards, of("").Card())
	}
	return cards
}

// Names lists every name that Lookup accepts for the given classes: the strategies that need none, then each strategy for one
// class with each class.
func Names(classes []string) []string {
	var names []string
	for _, card := range All() {
		if !card.Needs.Has(OneClass) {
			names = append(names, card.Name)
			continue
		}
		for _, class := range classes {
			names = append(names, card.Name+class)
		}
	}
	return names
}

// Lookup returns the strategy of a name: "entropy", or "highest: water" for one that ranks by a class; "near 0.3: water"
// takes any number from 0 to 1, and "60% entropy + 25% rare" is a Mix whose rest is an audit. The class is all
// that follows the first ": " and may hold any text; whether it exists is for Select to say, which knows the classes.
//
// Errors: an unknown name, with the list of names; a class missing where one is needed or given where none is.
func Lookup(name string) (Strategy, error) {
	if m, ok, err := parseMix(name); ok {
		if err != nil {
			return nil, err
		}
		return m, nil
	}
	kind, class, hasClass := strings.Cut(name, ": ")
	for _, of := range ofClass {
		if s := of(class); hasClass && class != "" && s.Card().Name == name {
			return s, nil
		}
	}
	if text, ok := strings.CutPrefix(kind, "near "); ok && hasClass && class != "" {
		target, err := strconv.ParseFloat(text, 64)
		if err != nil || !(target >= 0 && target <= 1) {
			return nil, fmt.Errorf("acquire: strategy %q is near %q; want a score from 0 to 1, as \"near 0.8: %s\"", name, text, class)
		}
		return nearOf(target, class), nil
	}
	for _, s := range whole {
		if s.Card().Name == name {
			return s, nil
		}
	}
	var names []string
	for _, card := range All() {
		if card.Needs.Has(OneClass) {
			if bare := strings.TrimSuffix(card.Name, ": "); class == "" && strings.TrimRight(kind, ": ") == bare {
				return nil, fmt.Errorf("acquire: strategy %q ranks by a class; write %q with the name of the class in place of CLASS", name, card.Name+"CLASS")
			}
			card.Name += "CLASS"
		}
		names = append(names, card.Name)
	}
	return nil, fmt.Errorf("acquire: no strategy is called %q; want one of: %s", name, strings.Join(names, ", "))
}
