package labels

import (
	"iter"
	"maps"
	"slices"
)

// classes is what the names of classes mean after some live events, taken in order. A class is the column of the first
// of its names; other names join it and never leave.
type classes struct {
	first   []column          // by name, the class that it names; only names that were listed or joined
	said    map[column]bool   // names that an event has mentioned; the others are declared only
	called  map[column]column // by class, its present name where that is not the first
	order   []column          // all classes, in the order of the table
	into    map[column]column // by class that was merged, the one that took it in
	retired map[column]bool   //
	about   map[column]string //
	groups  [][]column        // of classes that exclude each other
	edges   [][2]column       // classes of which the second is made from the first
	idle    map[Kind]int      // events that found nothing to do, because names had come to mean other things
	now     *naming           // the names as a Table has them; nil when they have changed
}

// classesOf takes all live events: first the declared classes, then those that events mention, in order.
func classesOf(h *history, declared []string) *classes {
	k := &classes{
		said: map[column]bool{}, called: map[column]column{}, into: map[column]column{}, retired: map[column]bool{},
		about: map[column]string{}, idle: map[Kind]int{},
	}
	for _, name := range declared {
		k.list(h.column(name))
	}
	for _, r := range h.order {
		if !r.dead {
			k.take(r)
		}
	}
	return k
}

// root is the class that a name joined, itself if it joined none.
func (k *classes) root(name column) column {
	if int(name) < len(k.first) {
		return k.first[name]
	}
	return name
}

// roots is root for the first n names.
func (k *classes) roots(n int) []column {
	roots := make([]column, n)
	for name := range roots {
		roots[name] = k.root(column(name))
	}
	return roots
}

// of is the class in which labels of a name count now: its own, or the one that took that in.
func (k *classes) of(name column) column {
	class := k.root(name)
	for {
		into, merged := k.into[class]
		if !merged {
			return class
		}
		class = into
	}
}

func (k *classes) list(name column) {
	if class := k.root(name); !slices.Contains(k.order, class) {
		k.order, k.now = append(k.order, class), nil
	}
}

// mention makes a class of a name that is none yet, and answers where its labels count.
func (k *classes) mention(name column) column {
	if !k.said[name] {
		k.said[name] = true
		k.list(name)
	}
	return k.of(name)
}

// take follows one live event.
func (k *classes) take(r *record) {
	if _, changes := arity[r.kind]; !changes && r.kind != KindClassAdd {
		for c := range r.refersTo {
			k.mention(c)
		}
		return
	}
	k.now = nil
	if r.kind == KindClassRename {
		k.mention(r.classes[0])
		k.rename(r.classes[0], r.classes[1])
		return
	}
	named := make([]column, len(r.classes))
	for i, c := range r.classes {
		named[i] = k.mention(c)
	}
	switch r.kind {
	case KindClassAdd, KindClassDescribe:
		for _, c := range named {
			if r.text != "" || r.kind == KindClassDescribe {
				k.about[c] = r.text
			}
		}
	case KindClassRetire, KindClassRestore:
		for _, c := range named {
			k.retired[c] = r.kind == KindClassRetire
		}
	case KindClassOrder:
		k.order = unique(append(named, k.order...))
	case KindClassMerge:
		k.merge(named[0], named[1])
	case KindClassSplit:
		for _, part := range named[1:] {
			k.edges = append(k.edges, [2]column{named[0], part})
		}
		k.retired[named[0]] = true
		k.ungroup(named[0])
	case KindClassGroup:
		k.ungroup(named...)
		if named = unique(named); len(named) > 1 {
			k.groups = append(k.groups, named)
		}
	}
}

// rename makes now the name of the class of old, unless now means another class to some event before. A class that is
// only declared under the name now is the same class: its declaration was written after the renaming.
func (k *classes) rename(old, now column) {
	class := k.root(old)
	switch {
	case k.root(now) == class:
	case k.said[now]:
		k.idle[KindClassRename]++
		return
	default:
		if i, j := slices.Index(k.order, now), slices.Index(k.order, class); i >= 0 {
			k.order[min(i, j)] = class
			k.order = slices.Delete(k.order, max(i, j), max(i, j)+1)
		}
		for len(k.first) <= int(now) {
			k.first = append(k.first, column(len(k.first)))
		}
		k.first[now], k.said[now] = class, true
	}
	k.called[class] = now
}

func (k *classes) merge(from, to column) {
	if from == to {
		k.idle[KindClassMerge]++
		return
	}
	k.ungroup(from)
	k.into[from] = to
	k.edges = append(k.edges, [2]column{from, to})
}

// ungroup takes classes out of their groups. A group of one is none.
func (k *classes) ungroup(classes ...column) {
	kept := k.groups[:0:0]
	for _, group := range k.groups {
		group = slices.DeleteFunc(slices.Clone(group), func(c column) bool { return slices.Contains(classes, c) })
		if len(group) > 1 {
			kept = append(kept, group)
		}
	}
	k.groups = kept
}

// close adds to the columns that are to be folded again those that are made from them and those they are made from.
func (k *classes) close(want map[column]bool) {
	for grown := true; grown; {
		grown = false
		for _, e := range k.edges {
			if want[e[0]] != want[e[1]] {
				want[e[0]], want[e[1]], grown = true, true, true
			}
		}
	}
}

// same says that every name's labels count where they did, so that other columns need not be folded again.
func (k *classes) same(other *classes) bool {
	n := max(len(k.first), len(other.first))
	return slices.Equal(k.roots(n), other.roots(n)) && slices.Equal(k.edges, other.edges) && maps.Equal(k.into, other.into)
}

// hidden says that a class is none of the table's columns.
func (k *classes) hidden(class column) bool {
	_, merged := k.into[class]
	return merged || k.retired[class]
}

func unique(list []column) []column {
	var out []column
	for _, c := range list {
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

// derivations yields the pairs of names of which the second takes something from the first.
func (r *record) derivations() iter.Seq2[column, column] {
	return func(yield func(from, to column) bool) {
		if derivationOf[r.kind] == Stated {
			return
		}
		for _, to := range r.classes[1:] {
			if !yield(r.classes[0], to) {
				return
			}
		}
	}
}
