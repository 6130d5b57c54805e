package acquire

import (
	"math/rand/v2"
	"sort"
)

// seeded is a candidate drawn by plusplus.
type seeded struct {
	point int
	far   float64 // squared distance to the nearest centre when it was drawn; 0 where none was farther
	first bool    // there was no centre
}

// plusplus draws up to n candidates one after the other, each with a probability in proportion to its squared distance to
// the nearest centre, and each becoming a centre: the seeding of k-means++. The known points are centres from the start;
// without any, the first is for the caller to draw. Once no candidate has a distance, the rest are drawn uniformly.
//
// The distances of all candidates are brought up to date only now and then. In between, a candidate is proposed by the
// distances of before and taken with the ratio of its distance now to that, which gives each the very same probability
// as if all distances were known, and costs one comparison with the centres since.
//
// Source: Arthur and Vassilvitskii 2007, section 2.2; rejection as in Cohen-Addad et al. 2020, arXiv:2012.11891, section 4,
// here with exact distances.
func (q *points) plusplus(n int, r *rand.Rand, first func() int) []seeded {
	return q.seed(n, r, first, 32)
}

// seed is plusplus; patience is how many proposals are refused, or centres found, before distances are brought up to date.
func (q *points) seed(n int, r *rand.Rand, first func() int, patience int) []seeded {
	n = min(n, q.open)
	d := &drawing{points: q, near: q.farOff(), taken: make([]bool, q.open)}
	d.fresh = q.known()
	if len(d.fresh) == 0 && n > 0 {
		i := first()
		d.take(seeded{point: i, far: q.size[i], first: true})
	}
	for len(d.drawn) < n && d.refresh() {
		for refused := 0; len(d.drawn) < n && refused < patience && len(d.fresh) < patience; {
			i := d.propose(r)
			if far := d.now(i); far > 0 && r.Float64()*d.near[i] < far {
				d.take(seeded{point: i, far: far})
			} else {
				refused++
			}
		}
	}
	var rest []int
	for i, t := range d.taken {
		if !t {
			rest = append(rest, i)
		}
	}
	for len(d.drawn) < n { // all alike
		k := r.IntN(len(rest))
		d.take(seeded{point: rest[k]})
		rest[k] = rest[len(rest)-1]
		rest = rest[:len(rest)-1]
	}
	return d.drawn
}

// drawing is the state of plusplus.
type drawing struct {
	*points
	near  []float64 // by candidate, squared distance to the nearest centre but the fresh ones
	sums  []float64 // of near, up to and with each candidate
	fresh []int     // centres that near does not know
	drawn []seeded
	taken []bool // by candidate
}

func (d *drawing) take(s seeded) {
	d.drawn, d.fresh, d.taken[s.point] = append(d.drawn, s), append(d.fresh, s.point), true
}

// refresh brings near up to date and says whether anything is left to draw by it.
func (d *drawing) refresh() bool {
	d.lower(d.near, d.fresh)
	d.fresh = d.fresh[:0]
	if d.sums == nil {
		d.sums = make([]float64, len(d.near))
	}
	sum := 0.0
	for i := range d.near {
		if d.taken[i] {
			d.near[i] = 0
		}
		sum += d.near[i]
		d.sums[i] = sum
	}
	return sum > 0
}

// propose draws a candidate in proportion to near.
func (d *drawing) propose(r *rand.Rand) int {
	u := r.Float64() * d.sums[len(d.sums)-1]
	return min(sort.Search(len(d.sums), func(i int) bool { return d.sums[i] > u }), len(d.sums)-1)
}

// now is the squared distance of a candidate to the nearest centre.
func (d *drawing) now(i int) float64 {
	if d.taken[i] {
		return 0
	}
	far := d.near[i]
	for _, c := range d.fresh {
		far = min(far, d.distance(i, c))
	}
	return far
}
