package labels

import "slices"

// ClassInfo is what the journals say about one class, shown or not.
type ClassInfo struct {
	Name        string   `json:"name"`
	Description string   `json:"description,omitempty"`
	Former      []string `json:"former,omitempty"` // names it had before, in order of first sight
	Retired     bool     `json:"retired,omitempty"`
	Into        string   `json:"into,omitempty"`  // the class it was merged into
	Group       []string `json:"group,omitempty"` // the classes that exclude each other, itself among them
}

// naming is the names of the classes as a Table has them. It never changes.
type naming struct {
	classes []string          // shown, in order
	about   []string          // their descriptions
	shown   []column          // their columns
	all     []ClassInfo       // shown and hidden, in order
	meaning map[string]string // by any name a class has or had: its present name, or that of the class it is part of
	groups  [][]int           // of shown classes that exclude each other
}

// naming is made once for each change of the classes.
func (k *classes) naming(h *history) *naming {
	if k.now != nil {
		return k.now
	}
	n := &naming{meaning: map[string]string{}}
	name := func(class column) string {
		if now, ok := k.called[class]; ok {
			class = now
		}
		return h.names[class]
	}
	former := map[column][]string{}
	for c := range column(len(h.names)) {
		class := k.root(c)
		if c < firstClass || !slices.Contains(k.order, class) {
			continue
		}
		n.meaning[h.names[c]] = name(k.of(c))
		if h.names[c] != name(class) {
			former[class] = append(former[class], h.names[c])
		}
	}
	groups := map[column][]string{}
	for _, group := range k.groups {
		var names []string
		for _, c := range group {
			names = append(names, name(c))
		}
		for _, c := range group {
			groups[c] = names
		}
	}
	for _, c := range k.order {
		info := ClassInfo{Name: name(c), Description: k.about[c], Former: former[c], Retired: k.retired[c], Group: groups[c]}
		if into := k.of(c); into != c {
			info.Into = name(into)
		}
		n.all = append(n.all, info)
		if !k.hidden(c) {
			n.classes, n.about, n.shown = append(n.classes, info.Name), append(n.about, info.Description), append(n.shown, c)
		}
	}
	n.listGroups(k)
	k.now = n
	return n
}

func (n *naming) listGroups(k *classes) {
	for _, group := range k.groups {
		var members []int
		for _, c := range group {
			if class := slices.Index(n.shown, c); class >= 0 {
				members = append(members, class)
			}
		}
		if len(members) > 1 {
			n.groups = append(n.groups, members)
		}
	}
}

// Resolve finds the class that a name means now: one that it has or had, or that of a class merged into it. So labels
// and scores that were saved under an old name find their class. ok is false for a name that nobody knows and for one
// of a retired class.
func (t *Table) Resolve(name string) (now string, ok bool) {
	class, ok := t.lookup(name)
	if !ok {
		return "", false
	}
	return t.classes[class], true
}

// lookup is Class for any name that Resolve knows.
func (t *Table) lookup(name string) (class int, ok bool) {
	now := t.meaning[name]
	if now == "" {
		return 0, false
	}
	return t.Class(now)
}

// AllClasses lists every class, also the retired and merged ones, in order. The caller may change the list but not the
// slices in it.
func (t *Table) AllClasses() []ClassInfo { return slices.Clone(t.all) }
