package explore

import (
	"cmp"
	"slices"
)

// Match is a row and how much it looks like another.
type Match struct {
	Row    int
	Like   int     // the query or the seed that it looks like
	Cosine float64 // of the angle between the two, -1 to 1
}

// best collects the n matches of the highest cosine, of equal ones the lower rows. It sorts a few at a time, since a page
// shows 16 of 100,000.
type best struct {
	n    int
	list []Match
	cut  bool  // some were left out: what does not come before last comes after n others
	last Match // the n-th of those that were sorted
}

// byCosine is the order of matches.
func byCosine(a, b Match) int {
	return cmp.Or(cmp.Compare(b.Cosine, a.Cosine), cmp.Compare(a.Row, b.Row))
}

// wants says whether add would keep a match.
func (b *best) wants(m Match) bool { return !b.cut || byCosine(m, b.last) < 0 }

// add takes a match in.
func (b *best) add(m Match) {
	if !b.wants(m) {
		return
	}
	if b.list = append(b.list, m); len(b.list) >= max(2*b.n, 256) {
		b.last, b.cut = b.sorted()[b.n-1], true
	}
}

// sorted is the best so far, best first.
func (b *best) sorted() []Match {
	slices.SortFunc(b.list, byCosine)
	b.list = b.list[:min(b.n, len(b.list))]
	return b.list
}
