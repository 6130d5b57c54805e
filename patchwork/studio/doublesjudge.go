package studio

import (
	"github.com/gopatchwork/patchwork/patchwork/explore/quality"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// standing is what a group of doubles does to labels and to the split now.
type standing struct {
	leak   bool
	differ []string // classes that are present in one image and absent in another
	left   int      // images that are not excluded
	apart  bool     // somebody has said that they are no doubles
}

// open says that something may be left to do.
func (g standing) open() bool { return !g.apart && g.left > 1 }

// urgency is 0 for what is to be looked at first.
func (g standing) urgency() int {
	switch {
	case g.leak:
		return 0
	case len(g.differ) > 0:
		return 1
	}
	return 2
}

// lists are the names of the lists, in the order in which a page offers them, and listOf says which groups are in one.
var (
	lists  = []string{"open", "leaks", "differ", "others", "settled", "apart"}
	listOf = map[string]func(standing) bool{
		"open":    standing.open,
		"leaks":   func(g standing) bool { return g.open() && g.leak },
		"differ":  func(g standing) bool { return g.open() && len(g.differ) > 0 },
		"others":  func(g standing) bool { return g.open() && g.urgency() == 2 },
		"settled": func(g standing) bool { return !g.apart && g.left < 2 },
		"apart":   func(g standing) bool { return g.apart },
	}
	listTitles = map[string]string{
		"open": "all doubles", "leaks": "leaks", "differ": "labelled differently", "others": "others", "settled": "one image left in use", "apart": "not doubles",
	}
)

// judged is how all groups stand at a version of the labels.
type judged struct {
	version int64
	groups  []standing
	counts  map[string]int // of groups in each list
}

// judge says how the groups stand, worked out where labels have changed; s.mu is held.
func (s *Session) judge() *judged {
	store, d := s.project.Labels(), &s.doubles
	j := &d.judged
	if version := store.Version(); j.groups == nil || j.version != version {
		t := store.Table()
		*j = judged{version, make([]standing, len(d.groups)), map[string]int{}}
		for i, g := range d.groups {
			j.groups[i] = stand(t, g.rows)
		}
		for _, g := range j.groups {
			for name, holds := range listOf {
				if holds(g) {
					j.counts[name]++
				}
			}
		}
	}
	return j
}

func stand(t *labels.Table, rows []int) (g standing) {
	group := [][]int{rows}
	g.apart = t.Distinct(rows...)
	g.leak = len(quality.Leaks(t, group)) > 0
	for _, c := range quality.Contradictions(t, group) {
		g.differ = append(g.differ, t.Classes()[c.Class])
	}
	for _, row := range rows {
		if !t.Excluded(row) {
			g.left++
		}
	}
	return g
}
