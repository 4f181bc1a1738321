// SPDX-License-Identifier: Apache-2.0
#include "base/json/json.h"
#include "base/json/json_reader.h"
#include "base/json/json_writer.h"
#include "base/secret/secret.h"
#include "standard.h"
