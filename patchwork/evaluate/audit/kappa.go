package audit

import (
	"fmt"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/evaluate"
)

// Kappa is how far two lists of answers agree beyond chance, and the share of them that differ.
//
//	κ = (p_o - p_e) / (1 - p_e)        p_o share of equal answers, p_e = Σ over answers k of p_a(k)·p_b(k)
//
// Where both lists hold one and the same answer throughout, chance agrees as well and κ is 0/0; it is 1 then, because nothing has
// changed.
//
// Errors: the lengths differ, or are 0. Source: Cohen 1960, "A Coefficient of Agreement for Nominal Scales".
func Kappa(a, b []int) (kappa, changed float64, err error) {
	if len(a) != len(b) || len(a) == 0 {
		return 0, 0, fmt.Errorf("audit: %d and %d answers; want one of each for every question", len(a), len(b))
	}
	inA, inB := map[int]float64{}, map[int]float64{}
	same, n := 0.0, float64(len(a))
	for i := range a {
		inA[a[i]]++
		inB[b[i]]++
		if a[i] == b[i] {
			same++
		}
	}
	chance := 0.0
	for _, k := range sortedKeys(inA) {
		chance += inA[k] * inB[k] / (n * n)
	}
	if chance == 1 {
		return 1, 0, nil
	}
	return (same/n - chance) / (1 - chance), 1 - same/n, nil
}

// sortedKeys are the keys in order, so that sums come out alike each time.
func sortedKeys(m map[int]float64) []int {
	keys := make([]int, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Answers is what a model says of the images of a stop set.
type Answers struct {
	Classes []string `json:"classes"`
	Single  bool     `json:"single"`  // each image has one answer, the class of the highest score
	Images  []uint64 `json:"images"`  // what names each image, ascending
	Top     []int    `json:"top"`     // by image: the class of the highest score
	Present [][]int  `json:"present"` // by class: the places in Images where it scores one half or more; nil where Single
}

// Agreement is how far the answers of two models agree.
type Agreement struct {
	Images  int             `json:"images"`  // that both answered
	Kappa   evaluate.Number `json:"kappa"`   // over images where each has one answer, otherwise over pairs of image and class
	Changed evaluate.Number `json:"changed"` // share of answers that differ
	Classes []ClassChange   `json:"classes"`
}

// ClassChange is how much the answers about a class changed: 1 - F1 of one model's answers against the other's, 0 for none. It is what
// F1 against the truth is predicted to have changed by.
//
// Source: Altschuler and Bloodgood 2019, arXiv:1901.09118.
type ClassChange struct {
	Class  string          `json:"class"`
	Change evaluate.Number `json:"change"` // missing where neither model says that it is present
}

// Compare compares the answers to the questions that both were asked. now says what a class is called that was renamed meanwhile.
//
// Errors: no image and class are common, or one has an answer an image and the other one a class.
func Compare(before, after Answers, now func(class string) string) (Agreement, error) {
	if before.Single != after.Single {
		return Agreement{}, fmt.Errorf("audit: one model has an answer for each image and the other one for each class")
	}
	at := map[string]int{} // class of before by its present name
	for c, name := range before.Classes {
		at[now(name)] = c
	}
	place := make(map[uint64]int, len(before.Images))
	for i, image := range before.Images {
		place[image] = i
	}
	var pairs [][2]int // places in before and after
	for i, image := range after.Images {
		if j, ok := place[image]; ok {
			pairs = append(pairs, [2]int{j, i})
		}
	}
	var a, b []int
	said := func(x Answers, image, class int) int {
		if x.Single {
			return boolean(x.Top[image] == class)
		}
		_, ok := slices.BinarySearch(x.Present[class], image)
		return boolean(ok)
	}
	result := Agreement{Images: len(pairs)}
	common := 0
	for c, name := range after.Classes {
		was, ok := at[name]
		if !ok {
			continue
		}
		common++
		both, either := 0, 0
		for _, p := range pairs {
			x, y := said(before, p[0], was), said(after, p[1], c)
			both, either = both+x*y, either+x+y
			if !after.Single {
				a, b = append(a, x), append(b, y)
			}
		}
		change := nan
		if either > 0 {
			change = 1 - evaluate.Number(2*both)/evaluate.Number(either)
		}
		result.Classes = append(result.Classes, ClassChange{name, change})
	}
	if common == 0 || len(pairs) == 0 {
		return Agreement{}, fmt.Errorf("audit: the two models have no class or no image in common")
	}
	if after.Single {
		names := map[string]int{}
		number := func(name string) int {
			if _, ok := names[name]; !ok {
				names[name] = len(names)
			}
			return names[name]
		}
		for _, p := range pairs {
			a, b = append(a, number(now(before.Classes[before.Top[p[0]]]))), append(b, number(after.Classes[after.Top[p[1]]]))
		}
	}
	kappa, changed, err := Kappa(a, b)
	result.Kappa, result.Changed = evaluate.Number(kappa), evaluate.Number(changed)
	return result, err
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}
