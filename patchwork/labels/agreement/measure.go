package agreement

import "math"

// class computes the figures of one class.
func (v *View) class(b bootstrap, name string, t tally) Class {
	c := Class{Class: name, Pairs: []Pair{}}
	kinds, counts := t.kinds(func(ratings int) bool { return ratings >= 2 })
	c.Agreement = b.figure("agreement/"+name, noOverlap, counts, func(w []float64) float64 { return alike(kinds, w) })
	reason := oneValue
	if c.Agreement.Rows == 0 {
		reason = noOverlap
	}
	c.Alpha = b.figure("alpha/"+name, reason, counts, func(w []float64) float64 {
		o := [2][2]float64{}
		m := [][]float64{o[0][:], o[1][:]}
		for i, k := range kinds {
			coincide(m, k, w[i])
		}
		return Alpha(m)
	})
	c.Fleiss = t.fleiss(b, name, reason)
	pair := 0
	for k, second := range v.people {
		for _, first := range v.people[:k] {
			c.Pairs = append(c.Pairs, compare(b, name, first.Name, second.Name, t.pairs[pair], noOverlap))
			pair++
		}
	}
	return c
}

// kinds are the kinds of image: how many labels of each value it got, and how many images of that kind there are.
func (t tally) kinds(take func(ratings int) bool) (kinds [][]int, counts []int) {
	for absent, row := range t.units {
		for present, n := range row {
			if n > 0 && take(absent+present) {
				kinds, counts = append(kinds, []int{absent, present}), append(counts, n)
			}
		}
	}
	return kinds, counts
}

// alike is the share of pairs of labels of one image that are the same.
func alike(kinds [][]int, weight []float64) float64 {
	same, all := 0.0, 0.0
	for i, k := range kinds {
		n := k[0] + k[1]
		same += weight[i] * float64(k[0]*(k[0]-1)+k[1]*(k[1]-1))
		all += weight[i] * float64(n*(n-1))
	}
	if all == 0 {
		return math.NaN()
	}
	return same / all
}

// fleiss takes the images with the number of labels that most have, of equal ones the larger number.
func (t tally) fleiss(b bootstrap, name, reason string) Fleissed {
	images := make([]int, len(t.units)) // by number of labels
	for absent, row := range t.units {
		for present, n := range row {
			images[absent+present] += n
		}
	}
	f := Fleissed{}
	for ratings := 2; ratings < len(images); ratings++ {
		f.LeftOut += images[ratings]
		if n := images[ratings]; n > 0 && (f.Ratings == 0 || n >= images[f.Ratings]) {
			f.Ratings = ratings
		}
	}
	if f.Ratings == 0 {
		f.Kappa = undefined(0, noOverlap)
		return f
	}
	f.LeftOut -= images[f.Ratings]
	kinds, counts := t.kinds(func(ratings int) bool { return ratings == f.Ratings })
	f.Kappa = b.figure("fleiss/"+name, reason, counts, func(w []float64) float64 { return Fleiss(kinds, w) })
	return f
}

// compare computes Cohen's kappa and raw agreement of a table of two people's labels.
func compare(b bootstrap, class, first, second string, table [2][2]int, none string) Pair {
	p := Pair{Names: [2]string{first, second}, Table: table}
	counts := []int{table[0][0], table[0][1], table[1][0], table[1][1]}
	name := class + "\x00" + first + "\x00" + second
	p.Agreement = b.figure("pair/"+name, none, counts, func(w []float64) float64 {
		return (w[0] + w[3]) / (w[0] + w[1] + w[2] + w[3])
	})
	reason := oneValue
	if p.Agreement.Rows == 0 {
		reason = none
	}
	p.Kappa = b.figure("cohen/"+name, reason, counts, func(w []float64) float64 { return Cohen([][]float64{w[:2], w[2:]}) })
	return p
}

// sums is what an image adds to the figures over all classes: pairs of labels, and coincidences.
type sums struct{ same, pairs, absent, differ, present float64 }

// overall computes the figures over all classes. The bootstrap draws images with all their classes, because labels of
// one image go wrong together.
func (v *View) overall(b bootstrap, rows []int32, r *Report) {
	images := make([]sums, 0, len(rows))
	o := square(2)
	for _, row := range rows {
		var s sums
		o[0][0], o[0][1], o[1][0], o[1][1] = 0, 0, 0, 0
		for class := range r.Classes {
			var n [2]int
			for _, p := range v.people {
				if value := p.opinion(int(row), class); value.known() {
					n[value.value()]++
				}
			}
			if m := n[0] + n[1]; m >= 2 {
				coincide(o, n[:], 1)
				s.same += float64(n[0]*(n[0]-1) + n[1]*(n[1]-1))
				s.pairs += float64(m * (m - 1))
			}
		}
		if s.pairs > 0 { // else two people, but no class in common
			s.absent, s.differ, s.present = o[0][0], o[0][1], o[1][1]
			images = append(images, s)
		}
	}
	r.Shared = len(images)
	kinds, counts := group(images)
	r.Agreement = b.figure("agreement", noOverlap, counts, func(w []float64) float64 {
		same, pairs := 0.0, 0.0
		for i, k := range kinds {
			same += w[i] * k.same
			pairs += w[i] * k.pairs
		}
		return same / pairs
	})
	reason := oneValue
	if len(images) == 0 {
		reason = noOverlap
	}
	r.Alpha = b.figure("alpha", reason, counts, func(w []float64) float64 {
		absent, differ, present := 0.0, 0.0, 0.0
		for i, k := range kinds {
			absent += w[i] * k.absent
			differ += w[i] * k.differ
			present += w[i] * k.present
		}
		return Alpha([][]float64{{absent, differ}, {differ, present}})
	})
}

// group finds the kinds among images, in order of first sight, and how many there are of each.
func group[T comparable](images []T) (kinds []T, counts []int) {
	place := map[T]int{}
	for _, image := range images {
		i, ok := place[image]
		if !ok {
			i = len(kinds)
			place[image] = i
			kinds, counts = append(kinds, image), append(counts, 0)
		}
		counts[i]++
	}
	return kinds, counts
}
