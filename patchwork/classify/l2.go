package classify

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
)

const (
	leaveOneOutMost = 256        // labelled images up to which λ is chosen by leaving each out
	foldsOfL2       = 5          // beyond, each left out once
	allFoldsMost    = 1024       // labelled images up to which all five are; beyond, the first alone
	foldStream      = 0x666f6c64 // names the random stream that deals the images to the folds: "fold"
	fewestOfL2      = 2          // images present and absent that a class needs to have a say
	plainL2         = 0.1        // λ for each feature where no class has a say
)

// l2Path are the λ to choose from for each feature, the strongest first.
var l2Path = []float64{10, 3, 1, 0.3, 0.1, 0.03, 0.01, 3e-3, 1e-3, 3e-4}

// chooseL2 chooses λ by the loss of labels that the regressions have not seen, summed over all classes with at least two
// images present and two absent; of equal ones the strongest. No validation image is used. Up to 256 labelled images each is
// left out once (leaveOneOut), beyond these they are dealt to five folds, each of which is left out once, beyond 1,024 the first
// alone (crossValidate), for the weights as they are. loss is that of the λ it takes, for each of these labels; 0 where no class has a say.
func (q *problems) chooseL2(ctx context.Context, seed uint64) (l2, loss float64, from string, err error) {
	width := float64(q.dim - 1)
	path := make([]float64, len(l2Path))
	for i, v := range l2Path {
		path[i] = v * width
	}
	return q.leastOf(ctx, path, seed)
}

// leastOf is chooseL2 among the λ of path.
func (q *problems) leastOf(ctx context.Context, path []float64, seed uint64) (l2, loss float64, from string, err error) {
	asked := q.asked()
	if len(asked) == 0 {
		return plainL2 * float64(q.dim-1), 0, "the default: no class has two images present and two absent", nil
	}
	some := q.only(asked)
	unseen, left, from := some.leaveOneOut, some.m, "leave-one-out"
	if q.n > leaveOneOutMost {
		w := some.folds(seed)
		unseen, left, from = w.crossValidate, w.left, fmt.Sprintf("%d-fold cross-validation", foldsOfL2)
		if w.folds == 1 {
			from = "a fifth of the images, left out"
		}
	}
	losses, err := unseen(ctx, path)
	if err != nil {
		return 0, 0, "", err
	}
	best := 0
	for i, loss := range losses {
		if loss < losses[best] {
			best = i
		}
	}
	labels := 0.0
	for _, m := range left {
		labels += float64(m)
	}
	return path[best], losses[best] / labels, from, nil
}

// tell says that so many of the λ have been tried.
func (q *problems) tell(done int) {
	if q.told != nil {
		q.told(done)
	}
}

// rising reports whether the last two losses are clearly above the least: weaker λ, which take longest, are then not tried.
func rising(losses []float64) bool {
	n, least := len(losses), slices.Min(losses)
	return n > 2 && losses[n-1] > 1.02*least && losses[n-2] > 1.02*least && losses[n-1] > losses[n-2]
}

// asked are the problems that have a say when something is chosen by what is left out.
func (q *problems) asked() (out []int) {
	counts := make([][2]int, q.count) // absent and present
	for i, m := range q.m {
		if m > 0 {
			counts[i%q.count][int(q.y[i])]++
		}
	}
	for p, n := range counts {
		if n[0] >= fewestOfL2 && n[1] >= fewestOfL2 {
			out = append(out, p)
		}
	}
	return out
}

// only is some of the problems.
func (q *problems) only(which []int) *problems {
	s := &problems{n: q.n, dim: q.dim, count: len(which), close: lbfgsRoughly, posterior: q.posterior, x: q.x, pool: q.pool, told: q.told, y: make([]float32, q.n*len(which)), m: make([]float32, q.n*len(which))}
	for i := range q.n {
		for k, p := range which {
			s.y[i*s.count+k], s.m[i*s.count+k] = q.y[i*q.count+p], q.m[i*q.count+p]
		}
	}
	return s
}

// withheld are problems of which each is there once for each fold, without its images.
type withheld struct {
	*problems
	folds int       // that are left out
	left  []float32 // [n, count], the weights of what is left out
}

// folds deals the images to five folds and repeats every problem for each of them that is left out once.
func (q *problems) folds(seed uint64) withheld {
	fold := rand.New(rand.NewPCG(seed, foldStream)).Perm(q.n)
	folds := foldsOfL2
	if q.n > allFoldsMost {
		folds = 1
	}
	s := withheld{&problems{n: q.n, dim: q.dim, count: q.count * folds, close: lbfgsRoughly, x: q.x, pool: q.pool, told: q.told}, folds, make([]float32, q.n*q.count*folds)}
	s.y, s.m = make([]float32, len(s.left)), make([]float32, len(s.left))
	for i := range q.n {
		for p := range q.count {
			for f := range folds {
				to := i*s.count + p*folds + f
				s.y[to] = q.y[i*q.count+p]
				if fold[i]%foldsOfL2 == f {
					s.left[to] = q.m[i*q.count+p]
				} else {
					s.m[to] = q.m[i*q.count+p]
				}
			}
		}
	}
	return s
}

// crossValidate is the loss of what is left out, for each λ until they are rising. Each begins at the minimum of the one before.
func (s withheld) crossValidate(ctx context.Context, path []float64) ([]float64, error) {
	if err := s.prepare(); err != nil {
		return nil, err
	}
	for p, only := range s.oneSided() { // the fold holds all images of a side
		if only {
			s.silence(p)
		}
	}
	w, losses := make([]float32, s.count*s.dim), make([]float64, len(path))
	for k, l2 := range path {
		s.tell(k)
		s.l2 = l2
		if _, err := s.minimise(ctx, w); err != nil {
			return nil, err
		}
		s.logits(w)
		for i, m := range s.left {
			if m > 0 {
				loss, _ := logistic(float64(s.z[i]), float64(s.y[i]))
				losses[k] += float64(m) * loss
			}
		}
		if rising(losses[:k+1]) {
			return losses[:k+1], nil
		}
	}
	return losses, nil
}

// leaveOneOut is the loss of each image by a regression that has not seen it (leftOut), summed, for each λ until they are
// rising; where a posterior is asked for, by its averages at the best temperature for this λ.
func (q *problems) leaveOneOut(ctx context.Context, path []float64) ([]float64, error) {
	if err := q.prepare(); err != nil {
		return nil, err
	}
	gram, err := q.gram()
	if err != nil {
		return nil, err
	}
	w, losses := make([]float32, q.count*q.dim), make([]float64, len(path))
	for k, l2 := range path {
		q.tell(k)
		q.l2 = l2
		if _, err := q.minimise(ctx, w); err != nil {
			return nil, err
		}
		q.logits(w)
		left := make([][]unseen, q.count)
		failed := make([]error, q.count)
		inParallel(q.count, func(p int) { left[p], failed[p] = q.leftOut(gram, p) })
		for _, err := range failed {
			if err != nil {
				return nil, err
			}
		}
		_, losses[k] = q.posterior.temperature(left)
		if rising(losses[:k+1]) {
			return losses[:k+1], nil
		}
	}
	return losses, nil
}
