/* libopus's own networks and DRED payload, called one by one: what `vectors.py` compares with. */
#include "config.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "dred_coding.h"
#include "dred_decoder.h"
#include "dred_rdovae_dec.h"
#include "dred_rdovae_enc.h"
#include "fargan.h"
#include "lpcnet.h"
#include "lpcnet_private.h"

void celt_fatal(const char *message, const char *file, int line) {
  fprintf(stderr, "%s:%d: %s\n", file, line, message);
  abort();
}

/* 20 features of each frame of 160 samples. */
void reference_features(const short *samples, int frames, float *features) {
  LPCNetEncState *state = lpcnet_encoder_create();
  for (int frame = 0; frame < frames; frame++) {
    float all[NB_TOTAL_FEATURES];
    lpcnet_compute_single_frame_features(state, samples + 160 * frame, all, 0);
    memcpy(features + 20 * frame, all, 20 * sizeof(float));
  }
  lpcnet_encoder_destroy(state);
}

/* FARGAN on from 320 samples and 5 rows, through `frames` more rows. */
void reference_fargan(const float *before, const float *rows, int frames, float *samples) {
  FARGANState *state = calloc(1, sizeof(*state));
  fargan_init(state);
  fargan_cont(state, before, rows);
  for (int frame = 0; frame < frames; frame++)
    fargan_synthesize(state, samples + 160 * frame, rows + 20 * (5 + frame));
  free(state);
}

/* The concealment network on `frames` vectors of 57. */
void reference_predictor(const float *inputs, int frames, float *features) {
  LPCNetPLCState *state = calloc(1, sizeof(*state));
  PLCModel *model = &state->model;
  PLCNetState *net = &state->plc_net;
  lpcnet_plc_init(state);
  for (int frame = 0; frame < frames; frame++) {
    float dense[256];
    compute_generic_dense(&model->plc_dense_in, dense, inputs + 57 * frame, ACTIVATION_TANH, 0);
    compute_generic_gru(&model->plc_gru1_input, &model->plc_gru1_recurrent, net->gru1_state, dense, 0);
    compute_generic_gru(&model->plc_gru2_input, &model->plc_gru2_recurrent, net->gru2_state, net->gru1_state, 0);
    compute_generic_dense(&model->plc_dense_out, features + 20 * frame, net->gru2_state, ACTIVATION_LINEAR, 0);
  }
  free(state);
}

/* Latents (25) and start vectors (50) of each two rows of features. */
void reference_encode(const float *features, int packets, float *latents, float *starts) {
  RDOVAEEnc model;
  RDOVAEEncState state;
  memset(&state, 0, sizeof(state));
  init_rdovaeenc(&model, rdovaeenc_arrays);
  for (int packet = 0; packet < packets; packet++)
    dred_rdovae_encode_dframe(&state, &model, latents + 25 * packet, starts + 50 * packet, features + 40 * packet, 0);
}

/* A payload to its features, newest first: -> latents read. `features` has room for 104 rows. */
int reference_decode(const unsigned char *payload, int size, float *features, int *offset) {
  RDOVAEDec model;
  OpusDRED dred;
  memset(&dred, 0, sizeof(dred));
  int count = dred_ec_decode(&dred, payload, size, 104, 0);
  init_rdovaedec(&model, rdovaedec_arrays);
  DRED_rdovae_decode_all(&model, features, dred.state, dred.latents, count, 0);
  *offset = dred.dred_offset;
  return count;
}
