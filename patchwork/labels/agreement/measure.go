package agreement

import (
	"math"
)

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

// sums is what an image adds to the figures over all classes.
type sums struct{ same, all, absent, differ, present float64 }

func (s *sums) add(o sums) {
	s.same += o.same
	s.all += o.all
	s.absent += o.absent
	s.differ += o.differ
	s.present += o.present
}

// agreement and alpha of what has been added up.
func (s sums) agreement() float64 { return s.same / s.all }

func (s sums) alpha() float64 {
	o := [2][2]float64{{s.absent, s.differ}, {s.differ, s.present}}
	return Alpha([][]float64{o[0][:], o[1][:]})
}

// overall computes the figures over all classes. The bootstrap draws images with all their classes, because labels of
// one image go wrong together.
func (v *View) overall(b bootstrap, rows []int32, r *Report) {
	images := make([]sums, 0, len(rows))
	var total sums
	o := square(2)
	classes := len(v.table.Classes())
	for _, row := range rows {
		var s sums
		o[0][0], o[0][1], o[1][0], o[1][1] = 0, 0, 0, 0
		for class := range classes {
			var n [2]int
			for _, p := range v.people {
				if value := p.opinion(int(row), class); value.known() {
					n[value.value()]++
				}
			}
			coincide(o, n[:], 1)
			if m := n[0] + n[1]; m >= 2 {
				s.same += float64(n[0]*(n[0]-1) + n[1]*(n[1]-1))
				s.all += float64(m * (m - 1))
			}
		}
		if s.all == 0 {
			continue // two people, but no class in common
		}
		s.absent, s.differ, s.present = o[0][0], o[0][1], o[1][1]
		total.add(s)
		images = append(images, s)
	}
	r.Shared = len(images)
	resample := func(name, reason string, of func(sums) float64) Figure {
		value := of(total)
		if math.IsNaN(value) {
			return undefined(len(images), reason)
		}
		rng := b.rand(name)
		return b.interval(value, len(images), func() float64 {
			var drawn sums
			for range images {
				drawn.add(images[rng.IntN(len(images))])
			}
			return of(drawn)
		})
	}
	reason := oneValue
	if len(images) == 0 {
		reason = noOverlap
	}
	r.Agreement = resample("agreement", reason, sums.agreement)
	r.Alpha = resample("alpha", reason, sums.alpha)
}
