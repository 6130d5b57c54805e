package imageset

import (
	"math/bits"
	"slices"
)

// maxNear is the largest distance by which nearGroups can group.
const maxNear = 11

// nearGroups puts hashes that differ in at most most bits into one group, and groups that share a member too. It
// returns the groups of two and more, each ascending, in order of their first members.
//
// Two hashes within most bits agree to most/4 bits in one of their four quarters of 16 bits. So only those are
// compared that do: for 100,000 hashes a few hundred each instead of all.
//
// Source: multi-index hashing, Norouzi, Punjani and Fleet 2012, arXiv:1307.2982, with four tables.
func nearGroups(hashes []uint64, most int) [][]int {
	order := make([]int, len(hashes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case hashes[a] < hashes[b]:
			return -1
		case hashes[a] > hashes[b]:
			return 1
		}
		return 0
	})
	sets := newSets(len(hashes))
	var distinct []int // one of each hash: many equal ones cost no comparisons
	for i, at := range order {
		if i > 0 && hashes[at] == hashes[order[i-1]] {
			sets.join(at, order[i-1])
		} else {
			distinct = append(distinct, at)
		}
	}
	near := masksWithin(most / 4)
	next := make([]int, len(distinct))
	var head [1 << 16]int // 1 + the last of distinct with this quarter; next leads to the others
	for quarter := 0; quarter < 64; quarter += 16 {
		clear(head[:])
		for i, at := range distinct {
			key := uint16(hashes[at] >> quarter)
			for _, mask := range near {
				for j := head[key^mask]; j > 0; j = next[j-1] {
					if other := distinct[j-1]; bits.OnesCount64(hashes[at]^hashes[other]) <= most {
						sets.join(at, other)
					}
				}
			}
			next[i], head[key] = head[key], i+1
		}
	}
	return sets.groups()
}

// masksWithin returns the numbers of 16 bits of which at most n are set.
func masksWithin(n int) []uint16 {
	var masks []uint16
	for m := range 1 << 16 {
		if bits.OnesCount16(uint16(m)) <= n {
			masks = append(masks, uint16(m))
		}
	}
	return masks
}

// sets are disjoint sets of the numbers from 0: each leads to a smaller one of its set, and the smallest to itself.
type sets []int

func newSets(n int) sets {
	s := make(sets, n)
	for i := range s {
		s[i] = i
	}
	return s
}

func (s sets) first(i int) int {
	for s[i] != i {
		s[i] = s[s[i]]
		i = s[i]
	}
	return i
}

func (s sets) join(a, b int) {
	a, b = s.first(a), s.first(b)
	s[max(a, b)] = min(a, b)
}

// groups returns the sets of two and more.
func (s sets) groups() [][]int {
	members := map[int][]int{}
	for i := range s {
		first := s.first(i)
		members[first] = append(members[first], i)
	}
	var groups [][]int
	for i := range s {
		if len(members[i]) > 1 {
			groups = append(groups, members[i])
		}
	}
	return groups
}
