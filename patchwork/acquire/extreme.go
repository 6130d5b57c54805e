package acquire

import "fmt"

// highestOf prefers rows most likely to show one class: quick positives for a rare class, and false alarms.
//
//	score = p of that class
//
// Source: "highest: c" of the original.
func highestOf(class string) Strategy {
	return ByScore{
		About: Card{Name: "highest: " + class, About: "most likely to show one class", Needs: Probs | OneClass, Class: class},
		Score: func(p *Pool, row int) float64 { return p.Prob(row, p.Class) },
		Reason: func(_ *Pool, _ int, score float64) string {
			return fmt.Sprintf("highest: %s at %.2f", class, score)
		},
	}
}

// lowestOf prefers rows least likely to show one class: quick negatives, and misses.
//
//	score = 1 - p of that class
//
// Source: "lowest: c" of the original.
func lowestOf(class string) Strategy {
	return ByScore{
		About: Card{Name: "lowest: " + class, About: "least likely to show one class", Needs: Probs | OneClass, Class: class},
		Score: func(p *Pool, row int) float64 { return 1 - p.Prob(row, p.Class) },
		Reason: func(p *Pool, row int, _ float64) string {
			return fmt.Sprintf("lowest: %s at %.2f", class, p.Prob(row, p.Class))
		},
	}
}
