// Package backbone holds networks that map a batch of images to a feature map, as parts of GoMLX graphs: ResNets, Wide
// ResNets, ConvNeXt, ConvMixer, vision transformers, VGG, AlexNet and a small fast one (Default), and the networks of
// inpainting and of autoencoders. New makes one by its name, Cards lists them; docs/backbones.md has sizes, speeds,
// sources and differences from the papers.
//
// Images are float32 [batch, height, width, channels] in [0, 1]; the first step of each network subtracts a mean and
// divides by a deviation (Options.Mean, Options.Std). The result is a map [batch, h, w, Card.Channels], about
// 1/Card.Stride as high and wide; Pooled averages it. All but the transformers are fully convolutional.
//
// Variables lie below the scope that Graph gets, under paths that do not depend on anything else, such as
// "stage1/block1/conv1/kernel"; a second call with the same scope reads the same variables. The last part of a path says
// what a variable is for (RoleOf). Their first values depend on the seed of the store (its parameter
// "/initializer_seed", a whole number; 0 without) and on the full path alone.
//
// In training (Store.SetTraining) batch normalisation works by its batch and moves its running averages, and dropout
// acts; else the averages are used and nothing is dropped. All is written in elementary operations, so that each backend
// gives the same numbers.
//
// Save and Load keep the variables below a scope as a GoMLX checkpoint with a description beside it, and Open makes the
// network that a folder describes.
//
// Graph panics, as graph code does, when an image is too small or has other channels; compute.Try makes errors of that.
// The package imports package compute and internal/atomicfile alone.
package backbone
