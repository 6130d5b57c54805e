package stream

import (
	"fmt"
	"math/rand/v2"
)

// Stratified shows each cluster, or class, equally often, in shuffled order:
//
//	Mult · max(1, ⌊n/K⌋) draws from each cluster that has pictures
//
// n counts the pictures that have a cluster, those of a negative one are never shown. Within a cluster pictures are drawn
// uniformly with replacement.
//
// Source: Caron et al. 2018, arXiv:1807.05520, section 3.3 (uniform over clusters). The original draws nothing where
// n < K.
type Stratified struct {
	Clusters []int // of each picture
	K        int   // clusters in all, with those that are empty; 0 means 1 + the largest in Clusters
	Mult     int   // 0 means 10; DeepCluster uses 1
	Distinct bool  // show no picture of a cluster again before all of it have been shown
}

// Len is the draws of all clusters together.
//
// Errors: there is not one cluster for each picture; none has one; K is too small; Mult is negative.
func (s Stratified) Len(n int) (int, error) {
	if len(s.Clusters) != n {
		return 0, fmt.Errorf("stream.Stratified: Clusters has %d values and the source %d pictures; want as many", len(s.Clusters), n)
	}
	if s.K < 0 || s.Mult < 0 {
		return 0, fmt.Errorf("stream.Stratified: K is %d and Mult %d; want 1 or more, or 0 for the default", s.K, s.Mult)
	}
	most := -1
	for _, c := range s.Clusters {
		most = max(most, c)
	}
	if most < 0 {
		return 0, fmt.Errorf("stream.Stratified: no picture has a cluster; want 0 or more for some")
	}
	if s.K > 0 && most >= s.K {
		return 0, fmt.Errorf("stream.Stratified: a picture has cluster %d and K is %d; want 0 to K-1", most, s.K)
	}
	members, quota := s.members()
	return quota * len(members), nil
}

// Numbers lists the draws.
func (s Stratified) Numbers(_ int, seed, epoch uint64) []int {
	members, quota := s.members()
	rng := rand.New(rand.NewPCG(seed, epoch))
	numbers := make([]int, 0, quota*len(members))
	for _, m := range members {
		for i := range quota {
			switch {
			case !s.Distinct:
				numbers = append(numbers, m[rng.IntN(len(m))])
				continue
			case i%len(m) == 0:
				shuffle(rng, m)
			}
			numbers = append(numbers, m[i%len(m)])
		}
	}
	shuffle(rng, numbers)
	return numbers
}

// members lists the pictures of each cluster that has some, and how many are drawn from each.
func (s Stratified) members() (members [][]int, quota int) {
	n, k := 0, s.K
	for _, c := range s.Clusters {
		if c >= 0 {
			n++
			k = max(k, c+1)
		}
	}
	of := map[int]int{} // cluster to its place in members
	for i, c := range s.Clusters {
		if c < 0 {
			continue
		}
		at, ok := of[c]
		if !ok {
			at = len(members)
			of[c] = at
			members = append(members, nil)
		}
		members[at] = append(members[at], i)
	}
	mult := s.Mult
	if mult == 0 {
		mult = 10
	}
	return members, mult * max(1, n/k)
}
