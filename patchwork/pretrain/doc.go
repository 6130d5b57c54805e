// Package pretrain trains feature extractors on images without labels.
//
// One trainer (Train) serves all methods. A Method says what pictures it wants to see (a stream.Kind) and builds the loss of a batch
// in a Step; the trainer does the rest: optimiser and schedule, slow copies of networks, memories, checkpoints from which a
// training goes on bit for bit, a watch for features that collapse. What comes out is a backbone.Network with weights, the folder of
// which is an extractor.
//
// Images are float32 [batch, height, width, channels] in [0, 1]. Losses are in nats where they are entropies. Randomness
// comes from Options.Seed alone: the order of images, their augmentation, first weights, and what a method draws.
package pretrain
