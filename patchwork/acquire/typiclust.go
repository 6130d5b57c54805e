package acquire

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Sizes of TypiClust, as in the authors' code.
const (
	mostClusters = 500
	leastMembers = 5  // smaller clusters come last
	neighbours   = 20 // that typicality looks at, or half of the cluster if that is fewer
)

// typiClust takes typical rows: the densest place of each part of the collection that nothing known lies in.
//
//	clusters   = k-means of the features, brought to length one, in min(known + n, 500) clusters
//	score      = typicality = 1 / mean distance to the 20 nearest in the cluster, or half of it
//
// Clusters with the fewest known rows come first, of those the largest, clusters of less than 5 last; each gives its most
// typical candidate, and all again in the same order once each has given one.
//
// Of more than 4,096 candidates so many drawn at random are looked at. Source: Hacohen et al. 2022, arXiv:2202.02794,
// section 3 and the authors' code, which takes the typicality among candidates only, as here.
type typiClust struct{}

// Card implements Strategy.
func (typiClust) Card() Card {
	return Card{Name: "typiclust", About: "typical of parts where nothing is labelled", Paper: "Hacohen et al. 2022", Needs: Features}
}

// Pick implements Strategy.
func (typiClust) Pick(p *Pool, n int) []Pick {
	q := sampled(p)
	cosines := q.cosines()
	picks := fromClusters(p, q, n, func(_ clusters, free []int) (int, float64) { return mostTypical(cosines, free) },
		"typiclust: typicality %.2f in a group of %d, %d of them labelled")
	return fillUp(p, picks, n, "typiclust: nothing is left but doubles, drawn at random")
}

// centroid takes the rows in the middle of each part of the collection that nothing known lies in: a first batch.
//
//	score = -distance to the mean of its cluster; clusters and their order as for typiclust
//
// Source: the initial pool of Gupte et al. 2024, arXiv:2401.14555, section 3.1.
type centroid struct{}

// Card implements Strategy.
func (centroid) Card() Card {
	return Card{Name: "centroid", About: "in the middle of parts where nothing is labelled", Paper: "Gupte et al. 2024", Needs: Features}
}

// Pick implements Strategy.
func (centroid) Pick(p *Pool, n int) []Pick {
	picks := fromClusters(p, sampled(p), n, func(c clusters, free []int) (int, float64) {
		nearest := slices.MinFunc(free, func(a, b int) int { return cmp.Compare(c.far[a], c.far[b]) })
		return nearest, -math.Sqrt(c.far[nearest])
	}, "centroid: %.2f from the middle of a group of %d, %d of them labelled")
	return fillUp(p, picks, n, "centroid: nothing is left but doubles, drawn at random")
}

// fromClusters takes one candidate of each cluster in turn: the one that choose finds among those that are free.
func fromClusters(p *Pool, q *points, n int, choose func(c clusters, free []int) (point int, score float64), reason string) []Pick {
	known := len(q.rows) - q.open
	c := q.kMeans(min(known+n, mostClusters), p.Rand)
	type group struct {
		members, known int
		free           []int
	}
	var groups []group
	for _, list := range c.list {
		g := group{members: len(list)}
		for _, i := range list {
			if i < q.open {
				g.free = append(g.free, i)
			} else {
				g.known++
			}
		}
		groups = append(groups, g)
	}
	small := func(g group) int {
		if g.members < leastMembers {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(groups, func(a, b group) int {
		return cmp.Or(small(a)-small(b), a.known-b.known, b.members-a.members)
	})
	var picks []Pick
	for turns := true; turns; {
		turns = false
		for k := range groups {
			g := &groups[k]
			if len(picks) == n || len(g.free) == 0 {
				continue
			}
			i, score := choose(c, g.free)
			g.free = slices.DeleteFunc(g.free, func(j int) bool { return j == i })
			shown := math.Abs(score)
			picks = append(picks, Pick{Row: q.rows[i], Score: score, Reason: fmt.Sprintf(reason, shown, g.members, g.known)})
			turns = true
		}
	}
	return picks
}

// mostTypical finds the point with the nearest neighbours among free, the first of equal ones, and its typicality.
func mostTypical(cosines [][]float32, free []int) (point int, typicality float64) {
	k := min(neighbours, max(len(free)/2, 1))
	near := make([]float64, 0, len(free))
	point = -1
	for _, i := range free {
		near = near[:0]
		for _, j := range free {
			if i != j {
				near = append(near, math.Sqrt(max(0, 2-2*float64(cosines[i][j]))))
			}
		}
		slices.Sort(near)
		mean := 0.0
		for _, d := range near[:min(k, len(near))] {
			mean += d / float64(min(k, len(near)))
		}
		if t := 1 / (mean + 1e-5); t > typicality { // as the authors' code, so that doubles do not divide by nothing
			point, typicality = i, t
		}
	}
	return point, typicality
}
