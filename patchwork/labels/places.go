package labels

import "slices"

// places says for each name under which number Writes yields its labels, at some point of the order.
type places struct{ at []int }

// places is where they are before the first event: classes of the table by their number, hidden ones after them.
func (k *classes) places(names int) places {
	var shown, hidden []column
	for _, c := range k.order {
		if k.hidden(c) {
			hidden = append(hidden, c)
		} else {
			shown = append(shown, c)
		}
	}
	number := map[column]int{}
	for i, c := range append(shown, hidden...) {
		number[c] = i
	}
	at := make([]int, names)
	for name := range at {
		at[name] = number[k.root(column(name))]
	}
	at[excludeColumn], at[validationColumn] = ExcludeFlag, ValidationFlag
	return places{at}
}

func (p places) clone() places { return places{slices.Clone(p.at)} }

// move sends what would go to one class to another.
func (p places) move(from, to int) {
	for name, place := range p.at {
		if place == from {
			p.at[name] = to
		}
	}
}
