// Package acquire decides which images a person should label next.
//
// A Strategy ranks or picks rows of a Pool. Select is the only entry point a caller needs: it checks the pool once, so
// that no strategy has to. Strategies never change the pool, never fit a model and draw randomness only from Pool.Rand,
// so the same pool and seed give the same rows.
//
// Higher scores are always more worth labelling. Rows are indices into the label table; labels are -1 unknown,
// 0 absent, 1 present, and unknown is never read as absent. Probabilities lie in [0, 1]; NaN means that the model says
// nothing about that class. Pools are functions over plain slices; of the project the package imports only what multiplies
// matrices and finds principal components.
package acquire
