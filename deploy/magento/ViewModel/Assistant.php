<?php

declare(strict_types=1);

namespace Vitrina\Assistant\ViewModel;

use Magento\Catalog\Helper\Data as Catalog;
use Magento\Framework\View\Element\Block\ArgumentInterface;
use Magento\Store\Model\StoreManagerInterface;
use Vitrina\Assistant\Model\Config;

/**
 * The assistant's script tag on the page at hand.
 */
class Assistant implements ArgumentInterface
{
    public function __construct(
        private readonly Config $config,
        private readonly StoreManagerInterface $stores,
        private readonly Catalog $catalog
    ) {
    }

    /**
     * Its attributes as they are meant, to be escaped by whoever writes them; null where there is to be no tag.
     *
     * @return array<string, string>|null
     */
    public function attributes(): ?array
    {
        $url = $this->config->url();
        if ($url === null) {
            return null;
        }
        $build = $this->config->build();
        // The request's id is an item's where the cart or a wish list is changed. And beside a product Magento may have the
        // category that this visitor came from, while the page is kept for all.
        $product = $this->catalog->getProduct();
        $category = $product === null ? $this->catalog->getCategory() : null;
        $attributes = [
            'src' => $url . ($build === null ? '/widget.js' : '/widget/' . $build . '/widget.js'),
            'integrity' => $build === null ? null : $this->config->integrity(),
            'crossorigin' => $build === null ? null : 'anonymous',
            'data-store' => $this->config->store() ?? strtolower($this->stores->getStore()->getCode()),
            'data-color' => $this->config->color(),
            'data-theme' => $this->config->theme(),
            'data-position' => $this->config->position(),
            'data-launcher' => $this->config->launcher(),
            'data-privacy-url' => $this->config->privacyUrl(),
            'data-product-id' => $product?->getId(),
            'data-category-id' => $category?->getId(),
            'async' => 'async',
        ];

        return array_map('strval', array_filter($attributes, static fn ($value): bool => $value !== null));
    }
}
