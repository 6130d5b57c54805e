package evaluate

import "math"

// What a replicate has of each class.
const (
	drawnAP = iota
	drawnAUC
	drawnF1
	drawnBalanced
	drawnECE
	drawnMass
	drawnLoss
	drawnBrier
	drawnCells // how many; with it the means over cells are put together again
	drawnFigures
)

// Marks of a cell in the order of scores.
const (
	isPresent = 1 << iota
	endsStep
	endsSaid // the last that is said to be present
	endsBin  // of equal width
	endsMass // of equal mass
)

// strip is the cells of a class in the order of scores, laid out so that a replicate is one walk through memory.
type strip struct {
	rows   []int32
	gaps   []float32 // present - score
	losses []float32
	marks  []uint8
}

func (k *known) strip() strip {
	r, n := k.ranking(), len(k.scores)
	s := strip{make([]int32, n), make([]float32, n), make([]float32, n), make([]uint8, n)}
	for i, at := range r.order {
		p, y := min(max(float64(k.scores[at]), lossClip), 1-lossClip), float32(0)
		if k.present[at] {
			y = 1
			s.marks[i] |= isPresent
		} else {
			p = 1 - p
		}
		s.rows[i], s.gaps[i], s.losses[i] = k.rows[at], y-k.scores[at], float32(-math.Log(p))
	}
	ends := make([]int, 0, len(r.steps)) // behind each step
	at := 0
	for _, st := range r.steps {
		at += st.present + st.absent
		ends = append(ends, at)
		s.marks[at-1] |= endsStep
	}
	for i, st := range r.steps {
		if st.score >= Threshold && (i+1 == len(r.steps) || r.steps[i+1].score < Threshold) {
			s.marks[ends[i]-1] |= endsSaid
		}
	}
	mark := func(o BinOptions, bit uint8) {
		for _, cut := range cutsOf(r.steps, n, o) {
			if cut > 0 {
				s.marks[ends[cut-1]-1] |= bit
			}
		}
		if n > 0 {
			s.marks[n-1] |= bit
		}
	}
	mark(BinOptions{Bins: reportBins}, endsBin)
	mark(BinOptions{Bins: reportBins, EqualMass: true}, endsMass)
	return s
}

// replicate measures the class where image i counts times[i] times. The bins stay those of the images as they are.
func (s *strip) replicate(times []uint8) (f [drawnFigures]float64) {
	var found, seen, foundSaid, seenSaid, wins, precision float64
	var inStep, allStep, bin, mass, ece, eceMass, loss, squares float64
	gaps, losses, marks := s.gaps[:len(s.rows)], s.losses[:len(s.rows)], s.marks[:len(s.rows)]
	for i, row := range s.rows {
		// Images that were not drawn take part with a weight of 0: skipping them would cost more than it saves.
		w, gap, mark := float64(times[row]), float64(gaps[i]), marks[i]
		weighted := w * gap
		bin += weighted
		mass += weighted
		squares += weighted * gap
		loss += w * float64(losses[i])
		allStep += w
		inStep += w * float64(mark&isPresent)
		if mark < endsStep {
			continue
		}
		if mark&endsStep != 0 {
			wins += (allStep - inStep) * (found + inStep/2)
			found += inStep
			seen += allStep
			if seen > 0 {
				precision += inStep * found / seen
			}
			inStep, allStep = 0, 0
		}
		if mark < endsSaid {
			continue
		}
		if mark&endsSaid != 0 {
			foundSaid, seenSaid = found, seen
		}
		if mark&endsBin != 0 {
			ece, bin = ece+math.Abs(bin), 0
		}
		if mark&endsMass != 0 {
			eceMass, mass = eceMass+math.Abs(mass), 0
		}
	}
	absent := seen - found
	f[drawnAP], f[drawnAUC] = precision/found, wins/(found*absent) // 0/0 is NaN
	f[drawnF1] = 2 * foundSaid / (seenSaid + found)
	f[drawnBalanced] = (foundSaid/found + 1 - (seenSaid-foundSaid)/absent) / 2
	f[drawnECE], f[drawnMass], f[drawnLoss], f[drawnBrier] = ece/seen, eceMass/seen, loss/seen, squares/seen
	f[drawnCells] = seen
	return f
}

// spread draws the images of the side again and fills in the bounds. Images, not labels, are drawn, because the labels of
// one image go wrong together.
func (s *side) spread(b Bootstrap, o *Overall, classes []ClassReport) {
	strips := make([]strip, len(s.cells))
	for c := range strips {
		strips[c] = s.cells[c].strip()
	}
	replicates := make([][][drawnFigures]float64, b.Replicates)
	b.each(s.rows, func(r int, times []uint8) {
		replicates[r] = make([][drawnFigures]float64, len(strips))
		for c := range strips {
			replicates[r][c] = strips[c].replicate(times)
		}
	})
	column := make([]float64, b.Replicates)
	bounds := func(of *Interval, figure int, all func(classes [][drawnFigures]float64) float64) {
		for r := range replicates {
			column[r] = all(replicates[r])
		}
		if figure == drawnECE || figure == drawnMass {
			*of = turned(float64(of.Value), column)
		} else {
			*of = percentiles(float64(of.Value), column)
		}
	}
	for c := range classes {
		m := &classes[c].Validation
		for figure, of := range map[int]*Interval{drawnAP: &m.APInterval, drawnLoss: &m.LogLossInterval, drawnBrier: &m.Brier,
			drawnECE: &m.ECE, drawnMass: &m.ECEEqualMass} {
			bounds(of, figure, func(classes [][drawnFigures]float64) float64 { return classes[c][figure] })
		}
	}
	for figure, of := range map[int]*Interval{drawnAUC: &o.MacroAUCInterval, drawnAP: &o.MacroAP, drawnF1: &o.MacroF1,
		drawnBalanced: &o.MacroBalanced, drawnECE: &o.MacroECE} {
		bounds(of, figure, func(classes [][drawnFigures]float64) float64 {
			var m mean
			for _, f := range classes {
				m.add(Number(f[figure]))
			}
			return m.value()
		})
	}
	for figure, of := range map[int]*Interval{drawnLoss: &o.LogLossInterval, drawnBrier: &o.Brier} {
		bounds(of, figure, func(classes [][drawnFigures]float64) float64 {
			sum, n := 0.0, 0.0
			for _, f := range classes {
				if f[drawnCells] > 0 {
					sum, n = sum+f[figure]*f[drawnCells], n+f[drawnCells]
				}
			}
			return sum / n
		})
	}
}
