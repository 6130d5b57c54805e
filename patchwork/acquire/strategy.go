package acquire

// Need is a set of things that a strategy cannot work without.
type Need int

const (
	Probs      Need = 1 << iota // class probabilities of a trained model
	Features                    // feature vectors
	OneClass                    // the name of a class
	Deviations                  // how uncertain the model is of its probabilities
	Judge                       // the model itself, to judge vectors that are no image's
)

// Has reports whether all needs of n are in s.
func (s Need) Has(n Need) bool { return s&n == n }

// Card describes a strategy to a person and to Select.
type Card struct {
	Name  string // what Lookup accepts; a name that ends in ": " takes the name of a class behind it
	About string // one line for a menu
	Paper string // source, "" when there is none
	Needs Need
	Uses  Need   // what it does better with, besides its Needs
	Class string // of a strategy that Needs OneClass: the class it ranks by
}

// Strategy chooses up to n rows of a pool, best first. Select has already checked p and n: p.Rows holds at least one row,
// each once and each with something left to label, n is between 1 and len(p.Rows), and what the card needs is there.
//
// The promises that every strategy keeps are in package acquiretest.
type Strategy interface {
	Card() Card
	Pick(p *Pool, n int) []Pick
}
