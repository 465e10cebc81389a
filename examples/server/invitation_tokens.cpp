// SPDX-License-Identifier: BSL-1.0
#include "invitation_tokens.hpp"

#include <cstddef>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdexcept>

namespace membership_server {

InvitationTokens::InvitationTokens(std::string_view secret) : secret_(secret) {
  if (!secret_.empty()) return;
  unsigned char bytes[32];
  if (RAND_bytes(bytes, sizeof bytes) != 1) throw std::runtime_error("no random bytes");
  secret_.assign(bytes, bytes + sizeof bytes);
}

std::string InvitationTokens::token(membership::PlanId plan) const {
  char text[membership::Ulid::text_size];
  membership::detail::write_ulid(plan.value, text);
  unsigned char message[sizeof text];
  for (std::size_t i = 0; i < sizeof text; ++i) message[i] = static_cast<unsigned char>(text[i]);
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (HMAC(EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()), message, sizeof message,
           mac, &size) == nullptr) {
    throw std::runtime_error("HMAC-SHA-256 failed");
  }
  std::string token;
  token.reserve(std::size_t{2} * size);
  for (unsigned i = 0; i < size; ++i) {
    token += "0123456789abcdef"[mac[i] >> 4];
    token += "0123456789abcdef"[mac[i] & 15u];
  }
  return token;
}

membership::TokenDigest digest_of(std::string_view token) {
  membership::TokenDigest digest;
  if (EVP_Digest(token.data(), token.size(), digest.bytes, nullptr, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("SHA-256 failed");
  }
  return digest;
}

}  // namespace membership_server
