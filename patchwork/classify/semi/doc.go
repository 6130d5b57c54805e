// Package semi says how far a model's own answers about unlabelled images teach it: FixMatch for labels of several classes
// an image, and the ways to choose its threshold that came after.
//
// A cell is one image and one class. Of a cell whose label is unknown the model is asked twice, about a weak view of the
// image (p) and about a strong one (z, a logit). If the first answer is sure enough, the second is to agree with it:
//
//	q = [p > ½]    confidence = max(p, 1-p)    w = 1 if the confidence reaches the threshold of class and side, else 0
//	term = Σ over unknown cells of w·BCE(q, σ(z)) / number of unknown cells
//
// Both sides of each class have a threshold of their own: present answers are rare and hesitant where absent ones are many
// and sure. A Rule moves the thresholds from batch to batch. p passes no gradient.
//
// Views are the caller's: changed features, or augmented images. The package knows neither, nor any trainer, and imports
// nothing of the project.
package semi
