package agreement

import "math"

// Agreement, and the three coefficients that correct it for chance. Values are numbered from 0. Each function gives
// NaN where the coefficient is 0/0: nothing was compared, or only one value occurs, so that nobody could disagree.

// Cohen is Cohen's kappa of two people. table[a][b] counts what the first called a and the second b.
//
//	κ = (p_o - p_e) / (1 - p_e)        p_o = Σ_a table[a][a]/n,  p_e = Σ_a row_a·column_a/n²
//
// It is 1 for perfect agreement, 0 for that of two people who deal out their own shares of each value at random, and
// negative below that. If one of them always says the same and the other does not, it is 0.
//
// Source: Cohen 1960, Educational and Psychological Measurement 20:37-46, equation 1; as in scikit-learn's
// cohen_kappa_score.
func Cohen(table [][]float64) float64 {
	n, same, chance := 0.0, 0.0, 0.0
	for a := range table {
		row, column := 0.0, 0.0
		for b := range table {
			row += table[a][b]
			column += table[b][a]
		}
		n += row
		same += table[a][a]
		chance += row * column
	}
	return beyondChance(same/n, chance/(n*n))
}

// Fleiss is Fleiss' kappa of images with n ratings each. counts[i][j] is how many gave image i the value j, and
// weight[i] how often that image occurs; nil means once each.
//
//	κ = (P - P_e) / (1 - P_e)        P   = mean over images of (Σ_j n_ij² - n) / (n(n-1))
//	                                 P_e = Σ_j p_j²,  p_j the share of value j among all ratings
//
// Unlike Cohen's it does not ask who gave a rating: chance is one share of each value for all people together. n must
// be the same for all images, and 2 or more.
//
// Source: Fleiss 1971, Psychological Bulletin 76:378-382, p. 379; as in statsmodels' fleiss_kappa.
func Fleiss(counts [][]int, weight []float64) float64 {
	var images, agree, ratings float64
	var shares []float64
	for i, row := range counts {
		w := 1.0
		if weight != nil {
			w = weight[i]
		}
		n, squares := 0.0, 0.0
		if shares == nil {
			shares = make([]float64, len(row))
		}
		for j, k := range row {
			n += float64(k)
			squares += float64(k) * float64(k)
			shares[j] += w * float64(k)
		}
		images += w
		ratings += w * n
		agree += w * (squares - n) / (n * (n - 1))
	}
	chance := 0.0
	for _, s := range shares {
		chance += (s / ratings) * (s / ratings)
	}
	return beyondChance(agree/images, chance)
}

func beyondChance(observed, chance float64) float64 {
	if !(chance < 1) || math.IsNaN(observed) {
		return math.NaN()
	}
	return (observed - chance) / (1 - chance)
}

// Alpha is Krippendorff's alpha for nominal data with missing values, from the coincidence matrix o.
//
//	α = 1 - D_o/D_e = 1 - (n-1) · Σ_{c<k} o_ck / Σ_{c<k} n_c·n_k        n_c = Σ_k o_ck,  n = Σ_c n_c
//
// An image with m ≥ 2 ratings adds to o_ck the number of its ordered pairs of ratings (c, k), divided by m-1; one with
// a single rating adds nothing. So any number of people may have rated an image, and small samples are corrected for.
//
// Source: Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", section C.
func Alpha(o [][]float64) float64 {
	sums, n := make([]float64, len(o)), 0.0
	for c, row := range o {
		for _, pairs := range row {
			sums[c] += pairs
		}
		n += sums[c]
	}
	differ, expected := 0.0, 0.0
	for c := range o {
		for k := range c {
			differ += o[c][k]
			expected += sums[c] * sums[k]
		}
	}
	if expected == 0 {
		return math.NaN()
	}
	return 1 - (n-1)*differ/expected
}

// coincide adds an image to the coincidence matrix: counts[j] people gave it the value j, and it occurs weight times.
func coincide(o [][]float64, counts []int, weight float64) {
	m := 0
	for _, k := range counts {
		m += k
	}
	if m < 2 {
		return
	}
	for c, k := range counts {
		for d, l := range counts {
			if c == d {
				l--
			}
			o[c][d] += weight * float64(k*l) / float64(m-1)
		}
	}
}

// square is an n by n matrix of zeros.
func square(n int) [][]float64 {
	m := make([][]float64, n)
	for i := range m {
		m[i] = make([]float64, n)
	}
	return m
}
