package labels

import (
	"math"
	"math/rand/v2"
	"slices"
)

// stratify divides n items into two sides, held of them on the side that is true, so that each trait is divided in the
// same share. traits[i] lists the traits of item i, each in [0, kinds).
//
//	want[side][trait] = share of side · items with the trait, but at least 1 on each side if there are 2 or more
//	while items remain: take the trait with the fewest items left; give each of those items to the side that wants
//	the trait most, at a tie the side that wants items most, at a tie by lot; lower what that side wants by one
//
// Afterwards items move from side to side where a trait of 2 or more items has none on one side and the move robs no
// other trait of its last, and then, as far as that is possible in the same way, until exactly held are held.
func stratify(traits [][]int, kinds, n, held int, random *rand.Rand) []bool {
	s := &strata{traits: traits, out: make([]bool, n), members: make([][]int, kinds), random: random}
	for i, list := range traits {
		for _, k := range list {
			s.members[k] = append(s.members[k], i)
		}
	}
	s.wish(n, held)
	s.deal()
	s.count()
	s.mend()
	s.resize(held)
	return s.out
}

type strata struct {
	traits  [][]int
	members [][]int // by trait
	out     []bool  // by item
	random  *rand.Rand

	want [2][]float64 // by side and trait
	room [2]float64   // by side
	have [2][]int     // by side and trait, once dealt
}

func side(out bool) int {
	if out {
		return 1
	}
	return 0
}

func (s *strata) wish(n, held int) {
	share := float64(held) / float64(n)
	s.room = [2]float64{float64(n - held), float64(held)}
	s.want = [2][]float64{make([]float64, len(s.members)), make([]float64, len(s.members))}
	for k, items := range s.members {
		count := float64(len(items))
		out := count * share
		if count >= 2 {
			out = math.Min(math.Max(out, 1), count-1)
		}
		s.want[1][k], s.want[0][k] = out, count-out
	}
}

// deal gives every item to a side.
func (s *strata) deal() {
	n := len(s.traits)
	left := make([]int, len(s.members))
	for k, items := range s.members {
		left[k] = len(items)
		s.random.Shuffle(len(items), func(a, b int) { items[a], items[b] = items[b], items[a] })
	}
	dealt := make([]bool, n)
	for {
		rarest := -1
		for k := range left {
			if left[k] > 0 && (rarest < 0 || left[k] < left[rarest]) {
				rarest = k
			}
		}
		if rarest < 0 {
			return
		}
		for _, item := range s.members[rarest] {
			if dealt[item] {
				continue
			}
			dealt[item] = true
			to := s.choose(rarest)
			s.out[item] = to == 1
			s.room[to]--
			for _, k := range s.traits[item] {
				s.want[to][k]--
				left[k]--
			}
		}
	}
}

func (s *strata) choose(trait int) int {
	switch a, b := s.want[0][trait], s.want[1][trait]; {
	case a > b:
		return 0
	case b > a:
		return 1
	case s.room[0] > s.room[1]:
		return 0
	case s.room[1] > s.room[0]:
		return 1
	}
	return s.random.IntN(2)
}

func (s *strata) count() {
	s.have = [2][]int{make([]int, len(s.members)), make([]int, len(s.members))}
	for item, list := range s.traits {
		for _, k := range list {
			s.have[side(s.out[item])][k]++
		}
	}
}

// mend moves an item where a trait is missing on one side.
func (s *strata) mend() {
	for k, items := range s.members {
		for to := range 2 {
			if len(items) < 2 || s.have[to][k] > 0 {
				continue
			}
			if i := slices.IndexFunc(items, s.movable); i >= 0 {
				s.move(items[i])
			}
		}
	}
}

// movable says that no trait with 2 or more items loses its last on the side of item.
func (s *strata) movable(item int) bool {
	from := side(s.out[item])
	for _, k := range s.traits[item] {
		if s.have[from][k] == 1 && s.have[1-from][k] > 0 {
			return false
		}
	}
	return true
}

func (s *strata) move(item int) {
	from := side(s.out[item])
	s.out[item] = !s.out[item]
	for _, k := range s.traits[item] {
		s.have[from][k]--
		s.have[1-from][k]++
	}
}

// resize moves items, those first that leave the traits most evenly divided, until held are held.
func (s *strata) resize(held int) {
	now := 0
	for _, out := range s.out {
		now += side(out)
	}
	for now != held {
		from := now > held
		best, bestCost := -1, math.Inf(1)
		for _, item := range s.random.Perm(len(s.out)) {
			if s.out[item] != from || !s.movable(item) {
				continue
			}
			if cost := s.cost(item, float64(held)/float64(len(s.out))); cost < bestCost {
				best, bestCost = item, cost
			}
		}
		if best < 0 {
			return
		}
		s.move(best)
		now += 1 - 2*side(from)
	}
}

// cost is how much further from an even division of its traits moving the item leads: the sum over its traits of the
// change of |held − share·items|, relative to the items of the trait.
func (s *strata) cost(item int, share float64) (sum float64) {
	step := float64(1 - 2*side(s.out[item])) // of the held
	for _, k := range s.traits[item] {
		gap := float64(s.have[1][k]) - share*float64(len(s.members[k]))
		sum += (math.Abs(gap+step) - math.Abs(gap)) / float64(len(s.members[k]))
	}
	return sum
}
