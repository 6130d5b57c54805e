package quality

import (
	"cmp"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/explore"
)

// defaultNear is how much nearer doubles are than other images; docs/quality.md has what was found with it.
const defaultNear = 0.25

// Worth is the ratio from which on nearness says nothing: nearer images may be doubles, and their pictures are worth comparing.
const Worth = 0.7

// NearDoubles joins rows that are so near by their features as only doubles are: neighbours in the graph whose distance is
// at most near (0 means 0.25) of the distance from either to its last neighbour, where a distance is 1 - cosine. So it holds
// for any extractor, whatever its distances are. Copies (same, as explore.Vectors.Copies gives it; nil for none) are joined
// with the first of them, which alone is in the graph. It returns the pairs that make the groups; Groups makes them.
//
// The ratio of a nearest to a far distance is Lowe's test, "Distinctive Image Features from Scale-Invariant Keypoints", 2004,
// turned round.
func NearDoubles(g *explore.Graph, same []int32, near float64) (pairs [][2]int) {
	if near == 0 {
		near = defaultNear
	}
	pairs = nearPairs(g, -1, near)
	for row, first := range same {
		if int(first) != row {
			pairs = append(pairs, [2]int{int(first), row})
		}
	}
	return pairs
}

// MayBeDoubles are the pairs that are not near enough for NearDoubles and nearer than Worth, each once, the lower row first: whether
// they are doubles, Likeness of their pictures says.
func MayBeDoubles(g *explore.Graph, near float64) (pairs [][2]int) {
	if near == 0 {
		near = defaultNear
	}
	for _, p := range nearPairs(g, near, Worth) {
		pairs = append(pairs, [2]int{min(p[0], p[1]), max(p[0], p[1])})
	}
	slices.SortFunc(pairs, func(a, b [2]int) int { return cmp.Or(a[0]-b[0], a[1]-b[1]) })
	return slices.Compact(pairs)
}

// nearPairs are the neighbours whose distance is above one and at most the other share of the distance from either to its last neighbour.
func nearPairs(g *explore.Graph, above, most float64) (pairs [][2]int) {
	far := make([]float64, g.N)
	for i := range far {
		if _, cosine := g.Of(i); len(cosine) > 0 {
			far[i] = 1 - float64(cosine[len(cosine)-1])
		}
	}
	for i := range g.N {
		index, cosine := g.Of(i)
		for a, j := range index {
			least := min(far[i], far[j])
			if d := 1 - float64(cosine[a]); d <= most*least && d > above*least && least > 0 {
				pairs = append(pairs, [2]int{i, int(j)})
			}
		}
	}
	return pairs
}

// Nearness is the distance from a to b as a share of the distance from either to its last neighbour, what NearDoubles compares with near;
// 0 for copies, 1 where neither is a neighbour of the other.
func Nearness(g *explore.Graph, a, b int) float64 {
	far := func(row int) float64 {
		_, cosine := g.Of(row)
		if len(cosine) == 0 {
			return 0
		}
		return 1 - float64(cosine[len(cosine)-1])
	}
	for _, pair := range [][2]int{{a, b}, {b, a}} {
		index, cosine := g.Of(pair[0])
		if at := slices.Index(index, int32(pair[1])); at >= 0 {
			if d := 1 - float64(cosine[at]); d > 0 {
				return d / min(far(a), far(b))
			}
			return 0
		}
	}
	return 1
}

// Groups joins what pairs connect, directly or through others.
func Groups(rows int, pairs [][2]int) [][]int {
	to := make([]int, rows) // a smaller row of the same group; the smallest leads to itself
	for i := range to {
		to[i] = i
	}
	first := func(i int) int {
		for to[i] != i {
			to[i] = to[to[i]]
			i = to[i]
		}
		return i
	}
	for _, p := range pairs {
		a, b := first(p[0]), first(p[1])
		to[max(a, b)] = min(a, b)
	}
	size, place := make([]int, rows), make([]int, rows)
	for i := range to {
		size[first(i)]++
	}
	var groups [][]int
	for i := range to {
		at := first(i)
		if size[at] < 2 {
			continue
		}
		if i == at {
			place[i] = len(groups)
			groups = append(groups, make([]int, 0, size[i]))
		}
		groups[place[at]] = append(groups[place[at]], i)
	}
	return groups
}
