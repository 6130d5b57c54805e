package evaluate

import "sync"

// class gives the figures of one class.
func (s *side) class(c int) Metrics {
	m, k := blankMetrics(), &s.cells[c]
	m.Present, m.Absent, m.Unknown, m.Unscored = s.counts[c].Present, s.counts[c].Absent, s.counts[c].Unknown, s.counts[c].Unscored
	m.Confusion = k.at(Threshold)
	m.Accuracy, m.Precision, m.Recall = m.Confusion.Accuracy(), m.Confusion.Precision(), m.Confusion.Recall()
	m.Specificity, m.F1, m.BalancedAccuracy = m.Confusion.Specificity(), m.Confusion.F1(), m.Confusion.BalancedAccuracy()
	if n := len(k.scores); n > 0 {
		m.LogLoss = Number(k.loss() / float64(n))
		m.LogLossInterval = point(float64(m.LogLoss))
		m.Brier = point(k.squares() / float64(n))
		ece, expected := k.ece(BinOptions{Bins: reportBins})
		mass, _ := k.ece(BinOptions{Bins: reportBins, EqualMass: true})
		m.ECE, m.ECEExpected, m.ECEEqualMass = point(ece), Number(expected), point(mass)
		base := max(k.positives, k.absent)
		m.BaseRate = Number(float64(base) / float64(n))
		m.AboveBase = Number(Posterior{m.Confusion.TruePositives + m.Confusion.TrueNegatives, n}.Above(float64(m.BaseRate)))
	}
	if auc, err := k.auc(); err == nil {
		m.AUC = auc
	}
	if ap, err := k.averagePrecision(); err == nil {
		m.AveragePrecision, m.APInterval = Number(ap), point(ap)
	}
	return m
}

// reportBins is how many bins the calibration errors of a report have.
const reportBins = 10

// point is a figure whose interval is not known.
func point(v float64) Interval { return Interval{Number(v), missing, missing} }

// classes gives the figures of all classes, each on a processor of its own.
func (s *side) classes() []Metrics {
	all := make([]Metrics, len(s.cells))
	var workers sync.WaitGroup
	for c := range all {
		workers.Go(func() { all[c] = s.class(c) })
	}
	workers.Wait()
	return all
}

// overall puts the figures of the classes together.
func (s *side) overall(classes []Metrics) Overall {
	o := blankOverall()
	o.Rows, o.ExactRows = s.rows, s.full
	right, loss, squares := 0, 0.0, 0.0
	var auc, ap, f1, balanced, ece mean
	for _, m := range classes {
		n := m.known()
		o.Cells += n
		right += m.Confusion.TruePositives + m.Confusion.TrueNegatives
		if n > 0 {
			loss += float64(m.LogLoss) * float64(n)
			squares += float64(m.Brier.Value) * float64(n)
		}
		auc.add(m.AUC.Value)
		ap.add(m.AveragePrecision)
		f1.add(m.F1.Value)
		balanced.add(m.BalancedAccuracy.Value)
		ece.add(m.ECE.Value)
	}
	if o.Cells > 0 {
		o.Accuracy = wilson(float64(right)/float64(o.Cells), float64(s.rows))
		o.LogLoss = Number(loss / float64(o.Cells))
		o.LogLossInterval, o.Brier = point(float64(o.LogLoss)), point(squares/float64(o.Cells))
	}
	o.MacroAUC, o.AUCClasses = Number(auc.value()), auc.n
	o.MacroAUCInterval, o.MacroAP, o.MacroF1 = point(auc.value()), point(ap.value()), point(f1.value())
	o.MacroBalanced, o.MacroECE = point(balanced.value()), point(ece.value())
	if s.full > 0 {
		o.Exact = wilson(float64(s.exact)/float64(s.full), float64(s.full))
	}
	if s.rows > 0 && s.single == s.rows && len(s.cells) > 1 {
		o.Top1 = wilson(float64(s.top1)/float64(s.rows), float64(s.rows))
	}
	return o
}

// mean is that of the numbers that there are; a missing one counts for nothing.
type mean struct {
	sum float64
	n   int
}

func (m *mean) add(v Number) {
	if v.Known() {
		m.sum, m.n = m.sum+float64(v), m.n+1
	}
}

func (m mean) value() float64 { return m.sum / float64(m.n) } // NaN of nothing
