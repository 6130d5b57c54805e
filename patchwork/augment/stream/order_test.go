package stream

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/imageset/shards"
)

func count(numbers []int, n int) []int {
	counts := make([]int, n)
	for _, i := range numbers {
		counts[i]++
	}
	return counts
}

func TestShuffledIsUniform(t *testing.T) {
	const n, epochs = 8, 4000
	at := make([][]int, n) // how often each picture stands at each place
	for i := range at {
		at[i] = make([]int, n)
	}
	follows := make([]int, n*n) // how often each follows each
	for e := range uint64(epochs) {
		numbers := Shuffled{}.Numbers(n, 9, e)
		for place, i := range numbers {
			at[place][i]++
			if place > 0 {
				follows[numbers[place-1]*n+i]++
			}
		}
	}
	for place, counts := range at {
		if c := chiSquare(counts, epochs); c > 26 { // 7 degrees, p = 0.0005
			t.Errorf("place %d shows the pictures %v times: chi square %g", place, counts, c)
		}
	}
	var pairs []int
	for k, c := range follows {
		if k/n != k%n {
			pairs = append(pairs, c)
		}
	}
	if c := chiSquare(pairs, epochs*(n-1)); c > 93.2 { // 55 degrees, p = 0.001
		t.Errorf("pairs of neighbours: chi square %g", c)
	}
	if !slices.Equal(Shuffled{}.Numbers(20, 3, 4), shards.Order{Shuffle: true, Seed: 3, Epoch: 4}.Numbers(20)) {
		t.Error("the order is not that of shards")
	}
}

func TestStratifiedCounts(t *testing.T) {
	// Nine of cluster 0, none of 1, one of 2, two of 3, two without: ⌊12/4⌋ = 3 draws each, times Mult.
	clusters := []int{0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 3, 3, -1, -1}
	for _, tt := range []struct {
		order Stratified
		quota int
	}{
		{Stratified{Clusters: clusters}, 30}, {Stratified{Clusters: clusters, Mult: 1}, 3},
		{Stratified{Clusters: clusters, K: 6, Mult: 2}, 4}, {Stratified{Clusters: clusters, K: 100, Mult: 7}, 7},
		{Stratified{Clusters: clusters, Distinct: true}, 30},
	} {
		n, err := tt.order.Len(14)
		if err != nil || n != 3*tt.quota {
			t.Errorf("%+v: %d places, %v; want %d", tt.order, n, err, 3*tt.quota)
		}
		numbers := tt.order.Numbers(14, 1, 2)
		var got [4]int
		for _, i := range numbers {
			got[clusters[i]]++
		}
		if want := [4]int{tt.quota, 0, tt.quota, tt.quota}; got != want {
			t.Errorf("%+v: clusters are shown %v times; want %v", tt.order, got, want)
		}
		if slices.IsSortedFunc(numbers, func(a, b int) int { return clusters[a] - clusters[b] }) {
			t.Errorf("%+v: the draws are not shuffled: %v", tt.order, numbers)
		}
		if !slices.Equal(numbers, tt.order.Numbers(14, 1, 2)) || slices.Equal(numbers, tt.order.Numbers(14, 1, 3)) {
			t.Errorf("%+v: the same epoch differs, or another does not", tt.order)
		}
	}
	if got, want := count(Stratified{Clusters: clusters, Distinct: true}.Numbers(14, 1, 2), 14)[:9], []int{3, 4}; slices.Min(got) != want[0] || slices.Max(got) != want[1] {
		t.Errorf("30 distinct draws of nine pictures show them %v times; want 3 or 4", got)
	}
	many := Stratified{Clusters: clusters, Mult: 3000}.Numbers(14, 1, 0)
	if c := chiSquare(count(many, 14)[:9], 9000); c > 26.1 { // 8 degrees, p = 0.001
		t.Errorf("the pictures of a cluster are not drawn uniformly: chi square %g", c)
	}
}

// The original promises that labels of 1 to 9 become a mean of one half.
func TestStratifiedBalancesOneToNine(t *testing.T) {
	labels := []int{0, 1, 1, 1, 1, 1, 1, 1, 1, 1}
	sum := 0
	numbers := Stratified{Clusters: labels}.Numbers(10, 0, 0)
	for _, i := range numbers {
		sum += labels[i]
	}
	if 2*sum != len(numbers) {
		t.Errorf("%d of %d draws have label 1; want half", sum, len(numbers))
	}
}

func TestWeightedFollowsTheWeights(t *testing.T) {
	got := count(Weighted{Weights: []float64{0, 1, 0, 2, 5, 0}, Draws: 8000}.Numbers(6, 2, 1), 6)
	c := 0.0
	for i, want := range []float64{0, 1000, 0, 2000, 5000, 0} {
		if want == 0 && got[i] != 0 {
			t.Errorf("picture %d of weight 0 was drawn %d times", i, got[i])
		} else if want > 0 {
			c += (float64(got[i]) - want) * (float64(got[i]) - want) / want
		}
	}
	if c > 13.8 { // 2 degrees, p = 0.001
		t.Errorf("drawn %v times: chi square %g", got, c)
	}
	if n, err := (Weighted{Weights: []float64{1, 2}}).Len(2); n != 2 || err != nil || len((Weighted{Weights: []float64{1, 2}}).Numbers(2, 0, 0)) != 2 {
		t.Errorf("without Draws an epoch has %d places, %v; want 2", n, err)
	}
}

func TestOrdersSayWhatIsWrong(t *testing.T) {
	for _, tt := range []struct {
		order Order
		want  string
	}{
		{Stratified{Clusters: []int{1}}, "stream.Stratified: Clusters has 1 values and the source 3 pictures"},
		{Stratified{Clusters: []int{0, 1, 2}, K: -1}, "stream.Stratified: K is -1 and Mult 0"},
		{Stratified{Clusters: []int{0, 1, 2}, Mult: -4}, "stream.Stratified: K is 0 and Mult -4"},
		{Stratified{Clusters: []int{-1, -1, -1}}, "stream.Stratified: no picture has a cluster"},
		{Stratified{Clusters: []int{0, 5, 2}, K: 5}, "stream.Stratified: a picture has cluster 5 and K is 5; want 0 to K-1"},
		{Weighted{Weights: []float64{1}}, "stream.Weighted: Weights has 1 values and the source 3 pictures"},
		{Weighted{Weights: []float64{1, -1, 0}}, "stream.Weighted: the weight of picture 1 is -1"},
		{Weighted{Weights: []float64{1, math.NaN(), 0}}, "stream.Weighted: the weight of picture 1 is NaN"},
		{Weighted{Weights: []float64{0, 0, 0}}, "stream.Weighted: the weights sum to 0"},
		{Weighted{Weights: []float64{math.MaxFloat64, math.MaxFloat64, 0}}, "stream.Weighted: the weights sum to +Inf"},
		{Weighted{Weights: []float64{1, 1, 0}, Draws: -1}, "stream.Weighted: Draws is -1"},
		{made{2, []int{0, 1, 2}}, "stream: the order has 3 places in epoch 6; it promised 2"},
		{made{2, []int{0, 3}}, "stream: the order has picture 3 at place 1 of epoch 6; want 0 to 2"},
	} {
		s, err := New(images(t, 3, 2, 2, 1), Plain(nil), Options{Batch: 1, Order: tt.order})
		if err == nil {
			err = ended(s.Epoch(t.Context(), 6, 0))
		}
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%+v: got %v, want %s", tt.order, err, tt.want)
		}
	}
}

// made is an order that promises one thing and does another.
type made struct {
	n       int
	numbers []int
}

func (m made) Len(int) (int, error)              { return m.n, nil }
func (m made) Numbers(int, uint64, uint64) []int { return m.numbers }
