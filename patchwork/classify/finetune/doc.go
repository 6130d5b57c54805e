// Package finetune trains a classifier end to end: images are augmented, go through a network, through the trunk and
// the head of package classify, and the loss reaches the network's weights.
//
// The head learns first, on the features as they are. Then images are shown, in epochs: at first with the network frozen, after
// Options.Unfreeze epochs with all of it trained. Means and variances of the network's normalisations stay as they are throughout.
// The weights of the best epoch come back, those of the network as a file or folder like the one that it came from,
// which makes features like any other.
//
// Images without labels teach in the same steps where the head's options ask for it (Semi, Confusion): a weak view of each is answered,
// and a strong one is to have that answer; those of all subsets are made alike.
//
// After every epoch the state is written down, and a training that was cut off goes on from there with the same numbers as if it had
// not been. Everything is deterministic by seed, on the same machine and backend.
package finetune
